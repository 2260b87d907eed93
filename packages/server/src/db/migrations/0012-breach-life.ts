import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

const TEXTS = [
  'category',
  'triage',
  'assessed_severity',
  'assessment',
  'aware_by',
  'regulator_decision',
  'individuals_decision',
  'owner',
  'concealed_from',
  'cluster',
];
const TIMES = ['triaged_at', 'contained_at', 'assessed_at', 'reported_at', 'aware_at', 'complies_since'];

/** What people decide about a breach, what is to be done about it, and which breaches are one item. */
export const breachLife: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of TEXTS) await db.schema.alterTable('breaches').addColumn(name, text).execute();
    for (const name of TIMES) await db.schema.alterTable('breaches').addColumn(name, time).execute();
    await db.schema
      .alterTable('breaches')
      .addColumn('escalations', time, (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('notices').addColumn('standing', text).execute();
    let actions = db.schema.createTable('breach_actions');
    for (const name of ['organisation', 'id', 'breach', 'title', 'owner', 'made_by'])
      actions = actions.addColumn(name, text, (column) => column.notNull());
    for (const name of ['due_at', 'made_at']) actions = actions.addColumn(name, time, (column) => column.notNull());
    await actions
      .addColumn('ended_at', time)
      .addColumn('ended_by', text)
      .addColumn('outcome', text)
      .addColumn('note', text)
      .addPrimaryKeyConstraint('breach_actions_key', ['organisation', 'breach', 'id'] as never[])
      .execute();
    let clusters = db.schema.createTable('clusters');
    for (const name of ['organisation', 'id', 'ref', 'cause_key', 'rule', 'clause', 'cause'])
      clusters = clusters.addColumn(name, text, (column) => column.notNull());
    for (const name of ['opened_at', 'last_at', 'breaches'])
      clusters = clusters.addColumn(name, time, (column) => column.notNull());
    await clusters
      .addColumn('ended_at', time)
      .addColumn('notice', text)
      .addPrimaryKeyConstraint('clusters_key', ['organisation', 'id'] as never[])
      .execute();
    await db.schema
      .createIndex('clusters_one_open')
      .on('clusters')
      .columns(['organisation', 'cause_key'])
      .unique()
      .where(sql<boolean>`ended_at is null`)
      .execute();
    await db.schema.createIndex('clusters_by_ref').on('clusters').columns(['organisation', 'ref']).unique().execute();
    await db.schema.createIndex('breaches_by_cluster').on('breaches').columns(['organisation', 'cluster']).execute();
  },
};
