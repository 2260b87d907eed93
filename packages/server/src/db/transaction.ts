import { codeOf } from '../errors.ts';
import type { Db, Tx } from './database.ts';

/**
 * PostgreSQL's word for a transaction that must be done again as a whole (appendix A of its manual): two stood in each
 * other's way (40P01, 40001), or both made the row of which there may be one (23505) and the other is done now.
 */
const DO_AGAIN: ReadonlySet<string> = new Set(['40001', '40P01', '23505']);
const MOST_ATTEMPTS = 5;

/** Runs `work` in a transaction. It may be run more than once, and is then undone before; only the last counts. */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !DO_AGAIN.has(codeOf(error) ?? '')) throw error;
    }
  }
}
