import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { Person } from '../people/store.ts';
import { type NamedRow, rowsNaming } from './named-in.ts';
import { isNamed, type Names, replacerOf } from './names.ts';
import type { NamingTable } from './naming-columns.ts';

const AT_ONCE = 200;

/** The same for the same person for ever, and nothing of their name in it. */
export const pseudonymOf = ({ organisation, id }: Pick<Person, 'organisation' | 'id'>): string =>
  `erased-person-${createHash('sha256').update(`beadle-erased-1\n${organisation}\n${id}`).digest('hex').slice(0, 12)}`;

export interface Replacing {
  readonly names: Names;
  /** What stands in the place of a name. */
  readonly put: string;
  readonly replace: (text: string) => string;
}

export const replacing = (person: Person, names: Names): Replacing => {
  const put = pseudonymOf(person);
  return { names, put, replace: replacerOf(names, put) };
};

/** The columns of a row that name them, with what is to stand there. */
function replaced({ exact, within }: NamingTable, row: NamedRow, how: Replacing) {
  const changes = [...exact, ...within].flatMap((column) => {
    const value = row[column];
    if (typeof value !== 'string') return [];
    const then = exact.includes(column) ? (isNamed(how.names, value) ? how.put : value) : how.replace(value);
    return then === value ? [] : [[column, then] as const];
  });
  return changes;
}

/** Of messages to them nothing is left; of whatever else names them all but the name. */
const extra = ({ table }: NamingTable, changed: readonly string[]): readonly (readonly [string, string])[] =>
  table === 'notices' && changed.includes('address')
    ? [
        ['title', 'Erased'],
        ['body', ''],
      ]
    : [];

/** Puts the pseudonym wherever a table names them; gives in how many rows. */
export async function replaceIn(tx: Tx, table: NamingTable, organisation: string, how: Replacing) {
  let [count, after]: [number, NamedRow | undefined] = [0, undefined];
  for (;;) {
    const rows: NamedRow[] = await rowsNaming(tx, table, { organisation, names: how.names, after, limit: AT_ONCE });
    for (const row of rows) {
      const changes = replaced(table, row, how);
      if (changes.length === 0) continue;
      const set = new Map([
        ...changes,
        ...extra(
          table,
          changes.map(([column]) => column),
        ),
      ]);
      const sets = sql.join([...set].map(([column, value]) => sql`${sql.ref(column)} = ${value}`));
      const keys = sql.join(
        table.key.map((name) => sql`${sql.ref(name)} = ${row[name] ?? null}`),
        sql` and `,
      );
      await sql`update ${sql.table(table.table)} set ${sets} where organisation = ${organisation} and ${keys}`.execute(
        tx,
      );
      count += 1;
    }
    after = rows.at(-1);
    if (after === undefined || rows.length < AT_ONCE) return count;
  }
}

/** Their account ends, and whoever is signed in with it is signed out. */
export async function endAccount(tx: Tx, organisation: string, put: string, now: number): Promise<void> {
  await tx
    .updateTable('accounts')
    .set((eb) => ({ disabled_at: eb.fn.coalesce('disabled_at', eb.val(now)) }))
    .where('organisation', '=', organisation)
    .where('name', '=', put)
    .execute();
  await tx
    .updateTable('sessions')
    .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now)) }))
    .where('organisation', '=', organisation)
    .where('name', '=', put)
    .execute();
}
