import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

/** What is broken or damaged, which is no breach. */
export const helpdesk: Migration = {
  async up(db: Kysely<unknown>) {
    let records = db.schema.createTable('helpdesk_records');
    for (const name of ['organisation', 'id', 'ref', 'kind', 'description', 'reported_by', 'ict_notice'])
      records = records.addColumn(name, text, (column) => column.notNull());
    for (const name of ['device', 'insurance_notice', 'closed_by', 'close_reason'])
      records = records.addColumn(name, text);
    await records
      .addColumn('reported_at', time, (column) => column.notNull())
      .addColumn('happened_at', time)
      .addColumn('closed_at', time)
      .addPrimaryKeyConstraint('helpdesk_records_key', ['organisation', 'id'] as never[])
      .execute();
    await db.schema
      .createIndex('helpdesk_records_by_ref')
      .on('helpdesk_records')
      .columns(['organisation', 'ref'])
      .unique()
      .execute();
  },
};
