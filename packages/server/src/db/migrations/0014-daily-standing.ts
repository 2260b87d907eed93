import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How devices stood on a day, so that a trend can be shown of what `states` only has as it is now. */
export const dailyStanding: Migration = {
  async up(db: Kysely<unknown>) {
    let days = db.schema.createTable('daily_standing');
    for (const name of ['organisation', 'day', 'rule'])
      days = days.addColumn(name, sql`text`, (column) => column.notNull());
    for (const name of ['fail', 'unknown', 'exempt', 'pass', 'heard_from', 'noted_at'])
      days = days.addColumn(name, sql`bigint`, (column) => column.notNull());
    await days.addPrimaryKeyConstraint('daily_standing_key', ['organisation', 'day', 'rule'] as never[]).execute();
  },
};
