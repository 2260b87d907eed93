import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;
type Table = CreateTableBuilder<string>;

async function createPending({ schema }: Kysely<unknown>): Promise<void> {
  let table: Table = schema.createTable('pending_enrolments');
  for (const name of ['organisation', 'id', 'token', 'key_id', 'platform', 'release', 'why', 'status'])
    table = table.addColumn(name, text, (column) => column.notNull());
  for (const name of ['first_at', 'last_at']) table = table.addColumn(name, time, (column) => column.notNull());
  for (const name of ['serial_number', 'name', 'seems', 'decided_by', 'reason', 'device'])
    table = table.addColumn(name, text);
  for (const name of ['decided_at', 'generation']) table = table.addColumn(name, time);
  await table.addPrimaryKeyConstraint('pending_enrolments_key', ['organisation', 'id'] as never[]).execute();
  await schema
    .createIndex('pending_enrolments_by_key')
    .on('pending_enrolments')
    .columns(['organisation', 'key_id'])
    .unique()
    .execute();
}

/** Enrolments that wait for ICT; keys of a fleet that can be ended; devices whose key is worth nothing any more. */
export const massEnrolment: Migration = {
  async up(db: Kysely<unknown>) {
    await createPending(db);
    for (const name of ['name', 'revoked_by'])
      await db.schema.alterTable('enrolment_tokens').addColumn(name, text).execute();
    for (const name of ['uses', 'revoked_at'])
      await db.schema.alterTable('enrolment_tokens').addColumn(name, time).execute();
    await db.schema.alterTable('device_keys').addColumn('revoked_why', text).execute();
    await db.schema.alterTable('devices').addColumn('key_revoked_at', time).execute();
    // A fleet key looks for a device by its serial number, whatever its case.
    await sql`create index devices_by_lower_serial on devices (organisation, lower(serial_number))`.execute(db);
  },
};
