import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * How long each device has had contact in all, and how long it had when a failing began whose grace counts only such
 * time. Two numbers and no history: when a device was in contact stays unknown (invariant 10).
 */
export const connectedTime: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('devices')
      .addColumn('connected_ms', sql`bigint`, (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable('connected_graces')
      .addColumn('organisation', sql`text`, (column) => column.notNull())
      .addColumn('device', sql`text`, (column) => column.notNull())
      .addColumn('rule', sql`text`, (column) => column.notNull())
      .addColumn('subject', sql`text`, (column) => column.notNull())
      .addColumn('since', sql`bigint`, (column) => column.notNull())
      .addColumn('connected_ms', sql`bigint`, (column) => column.notNull())
      .addPrimaryKeyConstraint('connected_graces_key', ['organisation', 'device', 'rule', 'subject'])
      .execute();
  },
};
