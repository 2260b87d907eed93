import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What a person has changed in a register beside its lists, so that an import can say what it takes back. */
export const byHand: Migration = {
  async up(db: Kysely<unknown>) {
    let table = db.schema.createTable('hand_changes');
    for (const name of ['organisation', 'register', 'row_key', 'column_name', 'changed_by'])
      table = table.addColumn(name, sql`text`, (column) => column.notNull());
    await table
      .addColumn('changed_at', sql`bigint`, (column) => column.notNull())
      .addPrimaryKeyConstraint('hand_changes_key', ['organisation', 'register', 'row_key', 'column_name'] as never[])
      .execute();
  },
};
