import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

/** Complaints, objections and corrections of workers; messages to one person, who is named by an account. */
export const rights: Migration = {
  async up(db: Kysely<unknown>) {
    let requests = db.schema.createTable('rights_requests');
    for (const name of ['organisation', 'id', 'ref', 'kind', 'language', 'words', 'asked_by'])
      requests = requests.addColumn(name, text, (column) => column.notNull());
    for (const name of [
      'breach',
      'device',
      'rule',
      'account',
      'acknowledged_by',
      'answered_by',
      'outcome',
      'answer',
      'note',
    ])
      requests = requests.addColumn(name, text);
    await requests
      .addColumn('asked_at', time, (column) => column.notNull())
      .addColumn('acknowledged_at', time)
      .addColumn('answered_at', time)
      .addPrimaryKeyConstraint('rights_requests_key', ['organisation', 'id'] as never[])
      .execute();
    await db.schema
      .createIndex('rights_requests_by_ref')
      .on('rights_requests')
      .columns(['organisation', 'ref'])
      .unique()
      .execute();
    await db.schema.alterTable('notices').addColumn('person', text).execute();
  },
};
