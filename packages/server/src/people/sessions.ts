import { type Random, secretHash } from '@beadle/shared';
import type { Caller, CallerRole, Spanner } from '../access.ts';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { SessionTable } from '../db/schema-sign-in.ts';
import { isCallerRole } from './permissions.ts';

const HOUR = 3_600_000;
/**
 * A session ends 12 hours after it was last used, and 7 days after the sign-in whatever happens; one through the council's
 * provider after 12 hours, as the groups that gave its role are told at the sign-in alone.
 */
export const SESSION = {
  idle: 12 * HOUR,
  absolute: { code: 7 * 24 * HOUR, password: 7 * 24 * HOUR, oidc: 12 * HOUR },
  noteAfter: 60_000,
} as const;
export type SignedInBy = keyof typeof SESSION.absolute;

export interface SignedIn {
  /** What the cookie holds; the database has its hash only. */
  readonly sessionId: string;
  readonly name: string;
  readonly role: CallerRole;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Session {
  /** In their own organisation. */
  readonly caller: Caller;
  readonly hash: string;
  readonly spanner: Spanner | null;
}

interface Person {
  readonly organisation: string;
  readonly name: string;
  readonly role: CallerRole;
}

interface Beginning {
  readonly at: number;
  readonly by: SignedInBy;
  /** The browser's family; null where it does not say. */
  readonly browser: string | null;
  /** Of `oidc`: the account. */
  readonly account?: string | undefined;
  /** Of `oidc`: their groups that have a role in another organisation. */
  readonly groups?: readonly string[] | undefined;
  /** Of `password`: the account's id. */
  readonly localAccount?: string | undefined;
}

/** A new session with an id of its own: one that somebody had planted before the sign-in is worth nothing after it. */
export async function startSession(
  tx: Tx,
  person: Person,
  { at, by, browser, account, groups = [], localAccount }: Beginning,
  random: Random,
): Promise<SignedIn> {
  const sessionId = Buffer.from(random.bytes(32)).toString('base64url');
  const { organisation, name, role } = person;
  const expiresAt = at + SESSION.absolute[by];
  await tx
    .insertInto('sessions')
    .values({
      organisation,
      id_hash: secretHash(sessionId),
      name,
      role,
      created_at: at,
      seen_at: at,
      expires_at: expiresAt,
      revoked_at: null,
      signed_in_by: by,
      browser,
      account: account ?? null,
      local_account: localAccount ?? null,
      provider_groups: groups.length === 0 ? null : JSON.stringify(groups),
    })
    .execute();
  return { sessionId, name, role, expiresAt };
}

type Row = Selectable<SessionTable>;

function spannerOf({ organisation, local_account, provider_groups, acts_in }: Row): Spanner | null {
  if (local_account === null && provider_groups === null) return null;
  const groups = provider_groups === null ? [] : (JSON.parse(provider_groups) as string[]);
  return { home: organisation, localAccount: local_account, groups, actsIn: acts_in };
}

/** The live session behind a cookie, which counts as used now. */
export async function sessionOf(db: Db, sessionId: string, now: number): Promise<Session | null> {
  const hash = secretHash(sessionId);
  const row = await db.selectFrom('sessions').selectAll().where('id_hash', '=', hash).executeTakeFirst();
  const live = row !== undefined && row.revoked_at === null && row.expires_at > now && row.seen_at + SESSION.idle > now;
  if (!live || !isCallerRole(row.role)) return null;
  // Once a minute is near enough to 12 hours, and spares a write a request.
  if (now - row.seen_at >= SESSION.noteAfter) {
    await db.updateTable('sessions').set({ seen_at: now }).where('id_hash', '=', hash).execute();
  }
  const caller = { organisation: row.organisation, role: row.role, name: row.name, via: 'session' } as const;
  const spanner = spannerOf(row);
  return { hash, spanner, caller: row.account === null ? caller : { ...caller, account: row.account } };
}

/** Ends a session at once; gives whose it was and how it began, or undefined where it had ended. */
export async function endSession(
  tx: Tx,
  sessionId: string,
  at: number,
): Promise<(Person & { readonly signed_in_by: string | null }) | undefined> {
  const row = await tx
    .updateTable('sessions')
    .set({ revoked_at: at })
    .where('id_hash', '=', secretHash(sessionId))
    .where('revoked_at', 'is', null)
    .returning(['organisation', 'name', 'role', 'signed_in_by'])
    .executeTakeFirst();
  return row !== undefined && isCallerRole(row.role) ? { ...row, role: row.role } : undefined;
}
