import type { Insertable } from 'kysely';
import type { Db, Tx } from '../../../packages/server/src/db/database.ts';
import { runsSideBySide } from '../../../packages/server/src/db/engine.ts';
import type { Database } from '../../../packages/server/src/db/schema.ts';

/** As many values as one statement takes: SQLite's default (limits.html, 9), and PostgreSQL's protocol. */
const MOST_VALUES = { sqlite: 32_000, postgres: 60_000 } as const;

/** Inserts rows that all have the same columns, as many at once as the engine takes. */
export async function insertAll<T extends keyof Database>(
  tx: Db | Tx,
  table: T,
  rows: readonly Insertable<Database[T]>[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const most = runsSideBySide(tx) ? MOST_VALUES.postgres : MOST_VALUES.sqlite;
  const atOnce = Math.min(1000, Math.floor(most / Object.keys(first).length));
  for (let from = 0; from < rows.length; from += atOnce)
    await tx
      .insertInto(table)
      .values(rows.slice(from, from + atOnce))
      .execute();
}
