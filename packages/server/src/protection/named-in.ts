import { typedKey } from '@beadle/shared';
import { type RawBuilder, sql } from 'kysely';
import { containing } from '../containing.ts';
import type { Db, Tx } from '../db/database.ts';
import type { Names } from './names.ts';
import { NAMING, type NamingTable } from './naming-columns.ts';

export type NamedRow = Readonly<Record<string, string | number | null>>;

/** As they are and in lower case: SQLite's lower() leaves letters beyond a to z as they are. */
const spellings = (names: readonly string[]): string[] => [...new Set([...names, ...names.map(typedKey)])];

const anyOf = (conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> =>
  conditions.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(conditions, sql` or `)})`;

/** As it stands within JSON, whose strings write some letters otherwise. */
const inJson = (name: string): string[] => [...new Set([name, JSON.stringify(name).slice(1, -1)])];

/** What may name a person, for a query; what it finds is looked at again, letter by letter. */
export function namingCondition({ exact, within }: NamingTable, names: Names): RawBuilder<boolean> {
  const keys = spellings(names.whole);
  const isOne = (column: string) =>
    sql<boolean>`(${sql.ref(column)} in (${sql.join(keys)}) or lower(${sql.ref(column)}) in (${sql.join(keys)}))`;
  const holds = (column: string) =>
    anyOf(
      spellings(names.whole)
        .flatMap(inJson)
        .map((text) => {
          const like = containing(text);
          return sql<boolean>`(${sql.ref(column)} like ${like} escape '\\' or lower(${sql.ref(column)}) like ${like} escape '\\')`;
        }),
    );
  return anyOf([...exact.map(isOne), ...within.map(holds)]);
}

/** The rows of a table that may name a person, in the order of its key, at most so many after a place. */
export async function rowsNaming(
  db: Db | Tx,
  naming: NamingTable,
  {
    organisation,
    names,
    after,
    limit,
  }: {
    readonly organisation: string;
    readonly names: Names;
    readonly after?: NamedRow | undefined;
    readonly limit: number;
  },
): Promise<NamedRow[]> {
  const { table, key } = naming;
  const order = sql.join(key.map((name) => sql.ref(name)));
  const behind =
    after === undefined ? sql`` : sql`and (${order}) > (${sql.join(key.map((name) => after[name] ?? null))})`;
  const { rows } = await sql<NamedRow>`select * from ${sql.table(table)}
    where organisation = ${organisation} and ${namingCondition(naming, names)} ${behind}
    order by ${order} limit ${limit}`.execute(db);
  return rows;
}

/** Whether anything that is kept names a person, but for some tables. */
export async function isNamedAnywhere(
  db: Db | Tx,
  organisation: string,
  names: Names,
  but: readonly string[] = [],
): Promise<boolean> {
  for (const naming of NAMING.filter(({ table }) => !but.includes(table))) {
    const rows = await rowsNaming(db, naming, { organisation, names, limit: 1 });
    if (rows.length > 0) return true;
  }
  return false;
}
