import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Several policies hold at once, for different populations, and each version from a moment of its own. */
export const policyVersions: Migration = {
  async up(db: Kysely<unknown>) {
    const table = () => db.schema.alterTable('policies');
    await table()
      .addColumn('effective_at', sql`bigint`, (column) => column.notNull().defaultTo(0))
      .execute();
    await table().addColumn('withdrawn_at', sql`bigint`).execute();
    await table().addColumn('populations', sql`text`).execute();
    // Until now a version held from its upload on, until the next one's.
    await sql`update policies set effective_at = uploaded_at`.execute(db);
    await db.schema.dropIndex('policies_one_in_force').execute();
    await table().dropColumn('in_force').execute();
  },
};
