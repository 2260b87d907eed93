import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

/** What a preview found, for a day; what an officer decided about a baseline; and the events of a device by their arrival. */
export const quietFirst: Migration = {
  async up(db: Kysely<unknown>) {
    let previews = db.schema.createTable('policy_previews');
    for (const name of ['organisation', 'id', 'hash', 'version', 'title', 'document', 'source', 'status', 'tally'])
      previews = previews.addColumn(name, text, (column) => column.notNull());
    for (const name of ['total', 'seen', 'facts_at_most_days', 'created_at'])
      previews = previews.addColumn(name, time, (column) => column.notNull());
    await previews
      .addColumn('created_by', text, (column) => column.notNull())
      .addColumn('after_tag', text)
      .addColumn('finished_at', time)
      .addPrimaryKeyConstraint('policy_previews_key', ['organisation', 'id'] as never[])
      .execute();
    let changes = db.schema.createTable('preview_changes');
    for (const name of ['organisation', 'preview', 'rule', 'asset_tag', 'verdict_before', 'verdict_after'])
      changes = changes.addColumn(name, text, (column) => column.notNull());
    await changes
      .addColumn('breach', text)
      .addPrimaryKeyConstraint('preview_changes_key', ['organisation', 'preview', 'rule', 'asset_tag'] as never[])
      .execute();
    let decisions = db.schema.createTable('baseline_decisions');
    for (const name of ['organisation', 'item', 'decision', 'reason', 'decided_by'])
      decisions = decisions.addColumn(name, text, (column) => column.notNull());
    await decisions
      .addColumn('decided_at', time, (column) => column.notNull())
      .addPrimaryKeyConstraint('baseline_decisions_key', ['organisation', 'item'] as never[])
      .execute();
    await db.schema
      .createIndex('findings_events')
      .on('findings')
      .columns(['organisation', 'device', 'received_at'])
      .where(sql<boolean>`kind = 'event'`)
      .execute();
  },
};
