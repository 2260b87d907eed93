import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * One open breach for a device, a rule and a subject is right for what a device finds. Two people may well report the
 * same about one device, in the same words, and each report counts.
 */
export const reportsByPeople: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.dropIndex('breaches_one_open').execute();
    await db.schema
      .createIndex('breaches_one_open')
      .on('breaches')
      .columns(['organisation', 'device', 'rule', 'subject', 'kind'])
      .unique()
      .where(sql<boolean>`ended_at is null and device is not null and kind <> 'person'`)
      .execute();
  },
};
