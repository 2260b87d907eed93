import { type Random, secretHash } from '@beadle/shared';
import type { Caller, CallerRole, Permission } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import type { TokenTable } from '../db/schema-sign-in.ts';
import { newId } from '../ids.ts';
import { isCallerRole } from './permissions.ts';

export interface NewToken {
  readonly organisation: string;
  readonly role: CallerRole;
  readonly name: string;
  /** Milliseconds since the epoch; null for one that only a revocation ends. */
  readonly expiresAt: number | null;
  /** Now. */
  readonly at: number;
  /** Less than the role may; left out: all of it. */
  readonly only?: readonly Permission[] | undefined;
}

export interface ApiToken {
  readonly id: string;
  readonly role: string;
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** Null: all that the role may. */
  readonly only: readonly Permission[] | null;
}

const TOKEN = /^beadle_[A-Za-z0-9_-]{43}$/;

const onlyOf = ({ only_permissions }: Pick<TokenTable, 'only_permissions'>): readonly Permission[] | null =>
  only_permissions === null ? null : (JSON.parse(only_permissions) as Permission[]);

/** Makes a token; its text is given here and never again, the database has its hash only. */
export async function createToken(tx: Tx, made: NewToken, random: Random): Promise<{ id: string; token: string }> {
  const token = `beadle_${Buffer.from(random.bytes(32)).toString('base64url')}`;
  const id = newId(made.at, random);
  const { organisation, role, name } = made;
  await tx
    .insertInto('tokens')
    .values({
      organisation,
      id,
      secret_hash: secretHash(token),
      role,
      name,
      created_at: made.at,
      expires_at: made.expiresAt,
      revoked_at: null,
      only_permissions: made.only === undefined ? null : JSON.stringify(made.only),
    })
    .execute();
  return { id, token };
}

/**
 * Whoever a bearer token stands for. It is looked up by its hash: how long that takes tells nothing about the tokens that
 * there are.
 */
export async function callerOfToken(db: Db, token: string, now: number): Promise<Caller | null> {
  if (!TOKEN.test(token)) return null;
  const row = await db
    .selectFrom('tokens')
    .select(['organisation', 'role', 'name', 'expires_at', 'only_permissions'])
    .where('secret_hash', '=', secretHash(token))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !isCallerRole(row.role) || (row.expires_at ?? Number.POSITIVE_INFINITY) <= now) return null;
  const only = onlyOf(row);
  const caller = { organisation: row.organisation, role: row.role, name: row.name, via: 'token' } as const;
  return only === null ? caller : { ...caller, only };
}

const listed = (row: TokenTable): ApiToken => ({
  id: row.id,
  role: row.role,
  name: row.name,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  only: onlyOf(row),
});

/** Newest first: ids begin with the time. `before` is the id after which the page begins. */
export async function listTokens(
  db: Db,
  organisation: string,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<ApiToken[]> {
  let query = db.selectFrom('tokens').selectAll().where('organisation', '=', organisation);
  if (page.before !== undefined) query = query.where('id', '<', page.before);
  const rows = await query.orderBy('id', 'desc').limit(page.limit).execute();
  return rows.map(listed);
}

/** One of them, revoked or not; undefined where there is none with this id. */
export async function readToken(db: Db, organisation: string, id: string): Promise<ApiToken | undefined> {
  const query = db.selectFrom('tokens').selectAll().where('organisation', '=', organisation);
  const row = await query.where('id', '=', id).executeTakeFirst();
  return row && listed(row);
}

/** The name of the token that was revoked; undefined where there is no live one with this id. */
export async function revokeToken(
  tx: Tx,
  token: { readonly organisation: string; readonly id: string; readonly at: number },
): Promise<string | undefined> {
  const row = await tx
    .updateTable('tokens')
    .set({ revoked_at: token.at })
    .where('organisation', '=', token.organisation)
    .where('id', '=', token.id)
    .where('revoked_at', 'is', null)
    .returning('name')
    .executeTakeFirst();
  return row?.name;
}
