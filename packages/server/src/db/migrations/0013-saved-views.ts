import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Lists of breaches that people come back to. */
export const savedViews: Migration = {
  async up(db: Kysely<unknown>) {
    let views = db.schema.createTable('saved_views');
    for (const name of ['organisation', 'account', 'name', 'query'])
      views = views.addColumn(name, sql`text`, (column) => column.notNull());
    await views
      .addColumn('created_at', sql`bigint`, (column) => column.notNull())
      .addPrimaryKeyConstraint('saved_views_key', ['organisation', 'account', 'name'] as never[])
      .execute();
  },
};
