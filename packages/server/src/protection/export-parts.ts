import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { Database } from '../db/schema.ts';
import { sentBy } from '../findings/sent.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Person } from '../people/store.ts';
import { type Presenting, presentRow } from './export-rows.ts';
import { type NamedRow, rowsNaming } from './named-in.ts';
import type { Names } from './names.ts';
import { NAMING, type NamingTable } from './naming-columns.ts';

const AT_ONCE = 200;

export interface ExportContext extends Presenting {
  readonly db: Db;
  readonly person: Person;
  readonly names: Names;
  /** Of the devices that they hold. */
  readonly devices: readonly { readonly id: string; readonly asset_tag: string }[];
}

export interface ExportPart {
  readonly table: keyof Database;
  readonly rows: () => AsyncIterable<unknown>;
}

/** Rows that stand for themselves in the order of a column that is theirs alone. */
async function* readAll(
  { db, person: { organisation } }: ExportContext,
  { table, key }: { readonly table: string; readonly key: readonly string[] },
  where: ReturnType<typeof sql<boolean>>,
): AsyncGenerator<NamedRow> {
  const order = sql.join(key.map((name) => sql.ref(name)));
  let last: NamedRow | undefined;
  for (;;) {
    const from: NamedRow | undefined = last;
    const behind =
      from === undefined ? sql`` : sql`and (${order}) > (${sql.join(key.map((name) => from[name] ?? null))})`;
    const { rows } = await sql<NamedRow>`select * from ${sql.table(table)}
      where organisation = ${organisation} and ${where} ${behind} order by ${order} limit ${AT_ONCE}`.execute(db);
    yield* rows;
    last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
  }
}

async function* naming({ db, person, names }: ExportContext, table: NamingTable): AsyncGenerator<NamedRow> {
  const { organisation } = person;
  let after: NamedRow | undefined;
  for (;;) {
    const rows = await rowsNaming(db, table, { organisation, names, after, limit: AT_ONCE });
    yield* rows;
    after = rows.at(-1);
    if (after === undefined || rows.length < AT_ONCE) return;
  }
}

/** Ids of breaches that are kept from somebody: nothing of them is given to anybody in this way. */
async function concealed({ db, person: { organisation } }: ExportContext) {
  const rows = await db
    .selectFrom('breaches')
    .select(['id', 'ref'])
    .where('organisation', '=', organisation)
    .where('concealed_from', 'is not', null)
    .execute();
  return new Set(rows.flatMap(({ id, ref }) => [id, `breach:${ref}`]));
}

const listed = (ids: readonly string[]) => (ids.length === 0 ? sql`('')` : sql`(${sql.join([...ids])})`);
const ids = ({ devices }: ExportContext): string[] => devices.map(({ id }) => id);

/** Whether what a row is of is kept from somebody. */
const isConcealed = (table: string, row: NamedRow, hidden: ReadonlySet<string>): boolean =>
  hidden.has(String(row['breach'] ?? row['id'])) ||
  hidden.has(`breach:${String(row['breach'])}`) ||
  hidden.has(String(row['target'])) ||
  (table === 'notices' && [...hidden].some((id) => String(row['breaches']).includes(JSON.stringify(id))));

const BY_DEVICE: readonly string[] = ['breaches', 'device_orders', 'device_order_effects', 'pauses'];

/** What is theirs for another reason than that it names them: what is of a device that they hold, and what happened to it. */
function aboutThem(context: ExportContext, { table }: Pick<NamingTable, 'table'>) {
  const held = listed(ids(context));
  if (BY_DEVICE.includes(table)) return sql<boolean>`device in ${held}`;
  const under = sql`(select id from breaches where breaches.organisation = ${context.person.organisation} and device in ${held})`;
  return table === 'breach_events' ? sql<boolean>`breach in ${under}` : null;
}

async function* rowsOf(context: ExportContext, table: NamingTable): AsyncGenerator {
  const hidden = await concealed(context);
  const about = aboutThem(context, table);
  const keyOf = (row: NamedRow) => JSON.stringify(table.key.map((name) => row[name]));
  const seen = new Set<string>();
  if (about !== null)
    for await (const row of readAll(context, table, about)) {
      if (isConcealed(table.table, row, hidden)) continue;
      seen.add(keyOf(row));
      yield presentRow(table, row, context, true);
    }
  for await (const row of naming(context, table)) {
    if (seen.has(keyOf(row)) || isConcealed(table.table, row, hidden)) continue;
    const shown = presentRow(table, row, context);
    if (shown !== undefined) yield shown;
  }
}

/** Everything that each device sent, byte for byte: the text is what was received. */
async function* findings({ db, person: { organisation }, devices }: ExportContext): AsyncGenerator {
  for (const { id, asset_tag: device } of devices)
    for await (const { generation, sequence, body } of sentBy(db, { organisation, id }))
      yield { device, generation, sequence, sent: body === null ? null : Buffer.from(body).toString('utf8') };
}

const ofDevices = (context: ExportContext, table: keyof Database, key: readonly string[]): ExportPart => ({
  table,
  rows: async function* () {
    for await (const row of readAll(context, { table, key }, sql<boolean>`device in ${listed(ids(context))}`))
      yield presentRow({ table, key, exact: [], within: [] }, row, context, true);
  },
});

/** The entry and how it came, with what stands under the person's own id. */
const own = (context: ExportContext, table: keyof Database, column: string, key: readonly string[]): ExportPart => ({
  table,
  rows: async function* () {
    for await (const row of readAll(context, { table, key }, sql<boolean>`${sql.ref(column)} = ${context.person.id}`))
      yield presentRow({ table, key, exact: [], within: [] }, row, context, true);
  },
});

const ACTS: Omit<NamingTable, 'table'> & { readonly table: 'audit' } = {
  table: 'audit',
  key: ['sequence'],
  exact: ['actor'],
  within: ['target', 'detail'],
  theirs: ['actor'],
};

/** Evidence is worth what its record is: it is told whole to whoever it names, and nothing is taken out of it. */
const CUSTODY: NamingTable = {
  table: 'custody_events',
  key: ['exhibit', 'sequence'],
  exact: ['recorded_by', 'handed_by', 'taken_by'],
  within: ['place', 'condition', 'note'],
  theirs: ['handed_by', 'taken_by'],
};

/** What they did, what was done about them, and who looked at a device of theirs. */
async function* acts(context: ExportContext): AsyncGenerator {
  const hidden = await concealed(context);
  const targets = [`person:${context.person.account}`, ...context.devices.map(({ asset_tag: tag }) => `device:${tag}`)];
  const seen = new Set<number>();
  const about = sql<boolean>`target in ${listed(targets)}`;
  for await (const row of readAll(context, ACTS, about)) {
    seen.add(Number(row['sequence']));
    yield presentRow(ACTS, row, context, true);
  }
  for await (const row of naming(context, ACTS)) {
    if (seen.has(Number(row['sequence'])) || isConcealed('audit', row, hidden)) continue;
    const shown = presentRow(ACTS, row, context);
    if (shown !== undefined) yield shown;
  }
}

/** As whom the settings name them. */
async function* recipients({ db, person: { organisation }, mentions }: ExportContext): AsyncGenerator {
  const { settings } = await readOrganisation(db, organisation);
  const named = { ...settings.recipients, dataProtectionContact: settings.dataProtectionContact ?? undefined };
  for (const [setting, recipient] of Object.entries(named)) {
    const theirs = Object.entries(recipient ?? {}).filter(([, value]) => typeof value === 'string' && mentions(value));
    if (theirs.length > 0) yield { setting, ...Object.fromEntries(theirs) };
  }
}

/** Each part, in the order in which somebody reads it: what they are, have, sent, what came of it, and who acted. */
export const partsOf = (context: ExportContext): ExportPart[] => [
  own(context, 'people', 'id', ['id']),
  own(context, 'people_group_members', 'person', ['group_name']),
  own(context, 'role_holders', 'person', ['id']),
  ...NAMING.filter(({ table }) => table !== 'people' && table !== 'role_holders').map((table) => ({
    table: table.table,
    rows: () => rowsOf(context, table),
  })),
  ofDevices(context, 'states', ['device', 'rule', 'subject']),
  ofDevices(context, 'judged_states', ['device', 'rule']),
  ofDevices(context, 'facts', ['device', 'check_name']),
  { table: 'organisations', rows: () => recipients(context) },
  { table: 'findings', rows: () => findings(context) },
  { table: 'custody_events', rows: () => rowsOf(context, CUSTODY) },
  { table: 'audit', rows: () => acts(context) },
];
