import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

/** Sign-ins through the council's provider and with a second factor; sessions that are listed; tokens for less. */
export const signIn: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ['signed_in_by', 'browser', 'account'])
      await db.schema.alterTable('sessions').addColumn(name, text).execute();
    await db.schema.createIndex('sessions_by_name').on('sessions').columns(['organisation', 'name']).execute();
    await db.schema.alterTable('tokens').addColumn('only_permissions', text).execute();
    await db.schema.alterTable('accounts').addColumn('second_factor', text).execute();
    for (const name of [
      'second_factor_wanted',
      'second_factor_step',
      'second_factor_failures',
      'second_factor_failed_at',
    ])
      await db.schema
        .alterTable('accounts')
        .addColumn(name, time, (column) => column.notNull().defaultTo(0))
        .execute();
    await db.schema
      .createTable('sign_in_attempts')
      .addColumn('id_hash', text, (column) => column.notNull().primaryKey())
      .addColumn('organisation', text, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('account', text)
      .addColumn('next', text, (column) => column.notNull())
      .addColumn('expires_at', time, (column) => column.notNull())
      .addColumn('tries', time, (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable('recovery_codes')
      .addColumn('organisation', text, (column) => column.notNull())
      .addColumn('account', text, (column) => column.notNull())
      .addColumn('code_hash', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('recovery_codes_key', ['organisation', 'account', 'code_hash'] as never[])
      .execute();
  },
};
