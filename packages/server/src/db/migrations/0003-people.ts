import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Table {
  readonly name: string;
  readonly key: readonly string[];
  /** A name each; `?` where it may be null, `#` where it is a whole number or a time. */
  readonly columns: readonly string[];
}

const TABLES: readonly Table[] = [
  {
    name: 'people',
    key: ['organisation', 'id'],
    columns: [
      'organisation',
      'id',
      'account',
      'name',
      'email?',
      'population',
      'line_manager?',
      'starts_on?',
      'ends_on?',
      'absent_from?',
      'absent_until?',
      '#disabled',
      'source',
      '#created_at',
      '#changed_at',
      '#gone_at?',
    ],
  },
  {
    name: 'people_groups',
    key: ['organisation', 'name'],
    columns: ['organisation', 'name', 'source', '#created_at'],
  },
  {
    name: 'people_group_members',
    key: ['organisation', 'group_name', 'person'],
    columns: ['organisation', 'group_name', 'person'],
  },
  {
    name: 'role_holders',
    key: ['organisation', 'id'],
    columns: [
      'organisation',
      'id',
      'role',
      'person',
      'standing',
      'starts_on?',
      'ends_on?',
      '#created_at',
      'created_by',
    ],
  },
  {
    name: 'sticks',
    key: ['organisation', 'serial_key'],
    columns: [
      'organisation',
      'serial_key',
      'serial',
      '#encrypts_in_hardware',
      'holder?',
      'note?',
      '#retired',
      '#created_at',
      '#changed_at',
    ],
  },
  {
    name: 'printers',
    key: ['organisation', 'id'],
    columns: ['organisation', 'id', 'pattern_key', 'pattern', 'class', 'note?', 'classified_by', '#classified_at'],
  },
  {
    name: 'registers',
    key: ['organisation', 'name'],
    columns: ['organisation', 'name', 'version', '#changed_at'],
  },
];

const INDEXES = [
  { name: 'people_by_account', on: 'people', columns: ['organisation', 'account'], unique: true },
  { name: 'people_by_person', on: 'people_group_members', columns: ['organisation', 'person'], unique: false },
  { name: 'role_holders_by_role', on: 'role_holders', columns: ['organisation', 'role'], unique: false },
  { name: 'printers_by_pattern', on: 'printers', columns: ['organisation', 'pattern_key'], unique: true },
] as const;

async function createTable(db: Kysely<unknown>, { name, key, columns }: Table): Promise<void> {
  let builder = db.schema.createTable(name);
  for (const text of columns) {
    const type = text.startsWith('#') ? sql`bigint` : sql`text`;
    builder = builder.addColumn(text.replaceAll(/[#?]/g, ''), type, (column) =>
      text.endsWith('?') ? column : column.notNull(),
    );
  }
  await builder.addPrimaryKeyConstraint(`${name}_key`, [...key] as never[]).execute();
}

/** People, their groups and roles; the registers of sticks and printers; and as whom a notice was sent. */
export const people: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of TABLES) await createTable(db, table);
    for (const { name, on, columns, unique } of INDEXES) {
      const builder = db.schema
        .createIndex(name)
        .on(on)
        .columns([...columns]);
      await (unique ? builder.unique() : builder).execute();
    }
    await db.schema.alterTable('notices').addColumn('sent_as', sql`text`).execute();
  },
};
