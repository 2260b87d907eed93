import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { MigrationResultSet } from 'kysely/migration';
import { codeOf } from '../errors.ts';
import type { Db, Tx } from './database.ts';

/** The one that Kysely takes for a session, so that servers of an earlier version wait for it too. */
const LOCK = '3853314791062309107';
/**
 * How long a migration waits for a table that others work on. Whoever comes after it waits behind it, check-ins too: it
 * gives way then, and tries again (PostgreSQL's manual, 13.3: a lock that conflicts waits in a queue).
 */
const PATIENCE = { waitsMs: 2_000, betweenMs: 1_000 };
const MOST_TRIES = 30;
/** `lock_not_available` (appendix A of its manual). */
const NOT_AVAILABLE = '55P03';

type Work = (tx: Tx) => Promise<MigrationResultSet>;

const limit = (tx: Tx, name: string, milliseconds: number) =>
  sql`select set_config(${name}, ${String(milliseconds)}, true)`.execute(tx);

/** Undoes the transaction, and says why. */
class Failed extends Error {
  readonly outcome: MigrationResultSet;

  constructor(outcome: MigrationResultSet) {
    super('a migration failed', { cause: outcome.error });
    this.outcome = outcome;
  }
}

/**
 * In one transaction, with the lock that one server has at a time, however long that takes: what an index of a large table
 * needs is no sign of anything wrong. All limits are the transaction's, and so end with it behind a pooler as well.
 */
const once = (db: Db, work: Work, waitsMs: number): Promise<MigrationResultSet> =>
  db.transaction().execute(async (tx) => {
    for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'])
      await limit(tx, name, 0);
    await sql`select pg_advisory_xact_lock(${sql.lit(BigInt(LOCK))})`.execute(tx);
    await limit(tx, 'lock_timeout', waitsMs);
    const outcome = await work(tx);
    if (outcome.error !== undefined) throw new Failed(outcome);
    return outcome;
  });

/** `work` in its turn among servers; again where a table that it needs is in use. */
export async function inTurn(db: Db, work: Work, { waitsMs, betweenMs } = PATIENCE): Promise<MigrationResultSet> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(db, work, waitsMs);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (codeOf(error.cause) !== NOT_AVAILABLE || tries === MOST_TRIES) return error.outcome;
      await delay(betweenMs);
    }
  }
}
