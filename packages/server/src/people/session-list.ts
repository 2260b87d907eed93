import type { Db, Tx } from '../db/database.ts';
import { SESSION } from './sessions.ts';

export interface ListedSession {
  /** The hash of what its cookie holds: it names the session, and opens nothing. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
  /** Shown by day alone (invariant 10). */
  readonly seenAt: number;
  readonly endsAt: number;
  readonly by: string | null;
  readonly browser: string | null;
}

interface Whose {
  readonly organisation: string;
  readonly name: string;
}

/** More live ones are nobody's: each is a browser. */
const MOST_LISTED = 200;

/** Whoever goes by the name, however they signed in: their live sessions, newest first. */
export async function listSessions(db: Db, { organisation, name }: Whose, now: number): Promise<ListedSession[]> {
  const rows = await db
    .selectFrom('sessions')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('seen_at', '>', now - SESSION.idle)
    .orderBy('created_at', 'desc')
    .orderBy('id_hash')
    .limit(MOST_LISTED)
    .execute();
  return rows.map((row) => ({
    id: row.id_hash,
    begunAt: row.created_at,
    seenAt: row.seen_at,
    endsAt: Math.min(row.expires_at, row.seen_at + SESSION.idle),
    by: row.signed_in_by,
    browser: row.browser,
  }));
}

/** Ends at once the sessions by the council's provider of accounts that are gone or disabled. */
export async function endSessionsOfAccounts(
  tx: Tx,
  organisation: string,
  accounts: readonly string[],
  at: number,
): Promise<void> {
  await tx
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('organisation', '=', organisation)
    .where('account', 'in', [...accounts])
    .where('revoked_at', 'is', null)
    .execute();
}

interface Which {
  /** This one alone. */
  readonly only?: string | undefined;
  /** All but this one. */
  readonly except?: string | undefined;
}

/** Ends sessions of a name at once; how many ended that had not been ended before. */
export async function endSessionsOf(
  tx: Tx,
  { organisation, name }: Whose,
  at: number,
  { only, except }: Which = {},
): Promise<number> {
  let query = tx
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at);
  if (only !== undefined) query = query.where('id_hash', '=', only);
  if (except !== undefined) query = query.where('id_hash', '!=', except);
  return (await query.returning('id_hash').execute()).length;
}
