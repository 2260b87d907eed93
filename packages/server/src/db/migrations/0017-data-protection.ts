import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

async function createHolds(db: Kysely<unknown>): Promise<void> {
  let holds = db.schema.createTable('legal_holds');
  for (const name of ['organisation', 'id', 'ref', 'kind', 'target', 'reason', 'placed_by'])
    holds = holds.addColumn(name, text, (column) => column.notNull());
  for (const name of ['ended_by', 'end_reason']) holds = holds.addColumn(name, text);
  for (const name of ['until', 'ended_at']) holds = holds.addColumn(name, time);
  await holds
    .addColumn('placed_at', time, (column) => column.notNull())
    .addPrimaryKeyConstraint('legal_holds_key', ['organisation', 'id'] as never[])
    .execute();
  await db.schema
    .createIndex('legal_holds_by_ref')
    .on('legal_holds')
    .columns(['organisation', 'ref'])
    .unique()
    .execute();
}

async function createRuns(db: Kysely<unknown>): Promise<void> {
  let runs = db.schema.createTable('retention_runs');
  for (const name of ['organisation', 'phase', 'erased'])
    runs = runs.addColumn(name, text, (column) => column.notNull());
  await runs
    .addColumn('place', text)
    .addColumn('started_at', time, (column) => column.notNull())
    .addColumn('ended_at', time)
    .addPrimaryKeyConstraint('retention_runs_key', ['organisation', 'started_at'] as never[])
    .execute();
}

/** What keeps things from being erased, the rounds that erase, and by what those find what they look for. */
export const dataProtection: Migration = {
  async up(db: Kysely<unknown>) {
    await createHolds(db);
    await createRuns(db);
    // What has been erased is not gone through again, however much there is of it.
    await db.schema
      .createIndex('findings_kept')
      .on('findings')
      .columns(['organisation', 'received_at'])
      .where(sql<boolean>`body is not null`)
      .execute();
    await db.schema
      .createIndex('notices_kept')
      .on('notices')
      .columns(['organisation', 'id'])
      .where(sql<boolean>`body <> ''`)
      .execute();
    await db.schema
      .createIndex('breach_findings_by_finding')
      .on('breach_findings')
      .columns(['organisation', 'device', 'generation', 'sequence'])
      .execute();
  },
};
