import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

/** What ICT pauses, and as of which device's own desired state that says so. */
export const pauses: Migration = {
  async up(db: Kysely<unknown>) {
    let table: CreateTableBuilder<string> = db.schema.createTable('pauses');
    for (const name of ['organisation', 'id', 'scope', 'reason', 'begun_by'])
      table = table.addColumn(name, text, (column) => column.notNull());
    for (const name of ['since', 'until']) table = table.addColumn(name, time, (column) => column.notNull());
    for (const name of ['device', 'group_name', 'ended_by', 'end_reason']) table = table.addColumn(name, text);
    await table
      .addColumn('ended_at', time)
      .addPrimaryKeyConstraint('pauses_key', ['organisation', 'id'] as never[])
      .execute();
    // Each check-in asks for those that hold.
    await db.schema.createIndex('pauses_by_end').on('pauses').columns(['organisation', 'until']).execute();
    for (const name of ['paused_since', 'paused_until', 'paused_version'])
      await db.schema.alterTable('devices').addColumn(name, time).execute();
  },
};
