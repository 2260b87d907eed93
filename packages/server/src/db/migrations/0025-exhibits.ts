import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;
type Table = CreateTableBuilder<string>;

const required = (table: Table, names: readonly string[], type = text): Table =>
  names.reduce<Table>((made, name) => made.addColumn(name, type, (column) => column.notNull()), table);
const optional = (table: Table, names: readonly string[]): Table =>
  names.reduce<Table>((made, name) => made.addColumn(name, text), table);

async function createExhibits({ schema }: Kysely<unknown>): Promise<void> {
  const named = ['organisation', 'id', 'ref', 'kind', 'description', 'status'];
  let table = required(schema.createTable('exhibits'), named);
  table = required(table, ['orders_agreed', 'created_at'], time);
  await optional(table, ['device', 'serial', 'breach'])
    .addPrimaryKeyConstraint('exhibits_key', ['organisation', 'id'] as never[])
    .execute();
  await schema.createIndex('exhibits_by_ref').on('exhibits').columns(['organisation', 'ref']).unique().execute();
  await schema.createIndex('exhibits_by_device').on('exhibits').columns(['organisation', 'device']).execute();
}

async function createCustody({ schema }: Kysely<unknown>): Promise<void> {
  let table = required(schema.createTable('custody_events'), [
    'organisation',
    'exhibit',
    'type',
    'recorded_by',
    'link',
  ]);
  table = required(table, ['sequence', 'happened_at', 'recorded_at'], time);
  await optional(table, ['handed_by', 'taken_by', 'place', 'condition', 'seal', 'note'])
    .addPrimaryKeyConstraint('custody_events_key', ['organisation', 'exhibit', 'sequence'] as never[])
    .execute();
}

/** What was seized, and who has had it. */
export const exhibits: Migration = {
  async up(db: Kysely<unknown>) {
    await createExhibits(db);
    await createCustody(db);
  },
};
