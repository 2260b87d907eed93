import type { Clock } from '@beadle/shared';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { runsSideBySide } from './engine.ts';

/**
 * Milliseconds by which this machine's clock is ahead of PostgreSQL's, to the length of a question; 0 on SQLite. What a
 * server has leased is free for another once its time is over by that one's clock (jobs/store.ts).
 */
export async function clockAhead(db: Db, clock: Clock): Promise<number> {
  if (!runsSideBySide(db)) return 0;
  const before = clock.now();
  const { rows } = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db);
  const after = clock.now();
  return Math.round((before + after) / 2 - (rows[0]?.now ?? before));
}
