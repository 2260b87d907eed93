import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What ICT says of a device, what its last check-in said of where it is, and what it told of itself at its enrolment. */
const DEVICE_COLUMNS = {
  state: sql`text`,
  state_since: sql`bigint`,
  quiet_until: sql`bigint`,
  last_office_at: sql`bigint`,
  visits_noted_since: sql`bigint`,
  country: sql`text`,
  country_since: sql`bigint`,
  enrolled_at: sql`bigint`,
  enrolled_serial: sql`text`,
} as const;

const JUDGED_TEXT = [
  'organisation',
  'device',
  'rule',
  'subject',
  'clause',
  'check_name',
  'verdict',
  'severity',
  'policy_version',
  'observed',
] as const;

/** Judgements that only the server can make, beside those of the devices; and when the server was there to listen. */
export const deviceStates: Migration = {
  async up(db: Kysely<unknown>) {
    for (const [name, type] of Object.entries(DEVICE_COLUMNS))
      await db.schema.alterTable('devices').addColumn(name, type).execute();
    // One that was enrolled before this was written down counts from its newest key.
    await sql`update devices set enrolled_at = (select max(k.registered_at) from device_keys k
      where k.organisation = devices.organisation and k.device = devices.id and k.revoked_at is null)`.execute(db);
    const table = db.schema.createTable('judged_states');
    const withText = JUDGED_TEXT.reduce(
      (builder, name) => builder.addColumn(name, sql`text`, (column) => column.notNull()),
      table as CreateTableBuilder<string, string>,
    );
    await withText
      .addColumn('reason', sql`text`)
      .addColumn('since', sql`bigint`, (column) => column.notNull())
      .addPrimaryKeyConstraint('judged_states_key', ['organisation', 'device', 'rule'])
      .execute();
    await db.schema
      .createTable('uptime')
      .addColumn('began_at', sql`bigint`, (column) => column.notNull())
      .addColumn('last_beat_at', sql`bigint`, (column) => column.notNull())
      .addPrimaryKeyConstraint('uptime_key', ['began_at'])
      .execute();
  },
};
