import { CompiledQuery, type LogEvent } from 'kysely';
import type { Db } from '../../../packages/server/src/db/database.ts';
import { runsSideBySide } from '../../../packages/server/src/db/engine.ts';

export interface Asked {
  readonly query: CompiledQuery;
  readonly milliseconds: number;
}

/** Keeps the slowest statement since it was last asked for it. */
export function watchQueries() {
  let slowest: Asked | undefined;
  return {
    log: ({ query, queryDurationMillis: milliseconds }: LogEvent): void => {
      if (slowest === undefined || milliseconds > slowest.milliseconds) slowest = { query, milliseconds };
    },
    takeSlowest(): Asked | undefined {
      const taken = slowest;
      slowest = undefined;
      return taken;
    },
  };
}
export type QueryWatch = ReturnType<typeof watchQueries>;

/** How the engine goes about a statement, a step a line; what changes something is not asked about. */
export async function planOf(db: Db, { sql, parameters }: CompiledQuery): Promise<readonly string[]> {
  if (!/^(select|with)\b/i.test(sql)) return ['(it changes something)'];
  const words = runsSideBySide(db) ? 'explain (analyze, buffers) ' : 'explain query plan ';
  const { rows } = await db.executeQuery<Record<string, unknown>>(
    CompiledQuery.raw(words + sql.replace(/ for update\b.*$/, ''), [...parameters]),
  );
  return rows.map((row) => String(row['QUERY PLAN'] ?? row['detail']));
}
