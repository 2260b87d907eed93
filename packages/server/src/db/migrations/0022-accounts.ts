import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

/** Accounts that begin with an address to set a password at; roles that span organisations. */
export const accounts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('accounts').addColumn('last_signed_in_on', text).execute();
    await db.schema.alterTable('sign_in_codes').addColumn('account', text).execute();
    for (const name of ['local_account', 'provider_groups', 'acts_in'])
      await db.schema.alterTable('sessions').addColumn(name, text).execute();
    await db.schema
      .createTable('spanning_roles')
      .addColumn('organisation', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('home', text, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('holder', text, (column) => column.notNull())
      .addColumn('role', text, (column) => column.notNull())
      .addColumn('granted_at', time, (column) => column.notNull())
      .addColumn('granted_by', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('spanning_roles_key', ['organisation', 'id'] as never[])
      .addUniqueConstraint('spanning_roles_once', ['home', 'kind', 'holder', 'organisation'] as never[])
      .execute();
  },
};
