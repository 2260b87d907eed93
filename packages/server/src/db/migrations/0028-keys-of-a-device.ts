import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** An enrolment ends the keys that its device had: without this it looks at every device's. */
export const keysOfADevice: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createIndex('device_keys_by_device')
      .on('device_keys')
      .columns(['organisation', 'device'])
      .execute();
  },
};
