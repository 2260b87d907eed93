import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which of the server's keys a device holds to. */
export const serverKeys: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('devices').addColumn('server_key', sql`text`).execute();
  },
};
