import { type Random, secretHash } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { isCallerRole } from './permissions.ts';

export const CODE_LIVES_MS = 24 * 3_600_000;
const CODE = /^[A-Za-z0-9_-]{22}$/;

export interface NewCode {
  readonly organisation: string;
  /** Who signs in with it, and as what. */
  readonly name: string;
  readonly role: CallerRole;
  readonly at: number;
  /** Of an account's id: the code sets its password, and signs nobody in. */
  readonly account?: string;
}

/** A code that signs its bearer in, or sets a password, once within 24 hours; the database has its hash only. */
export async function createSignInCode(
  tx: Tx,
  made: NewCode,
  random: Random,
): Promise<{ code: string; expiresAt: number }> {
  const code = Buffer.from(random.bytes(16)).toString('base64url');
  const { organisation, name, role, at, account = null } = made;
  const expiresAt = at + CODE_LIVES_MS;
  await tx
    .insertInto('sign_in_codes')
    .values({
      organisation,
      code_hash: secretHash(code),
      name,
      role,
      created_at: at,
      expires_at: expiresAt,
      used_at: null,
      account,
    })
    .execute();
  return { code, expiresAt };
}

/** Uses a code up: of two that come with it at once, one signs in. */
export async function redeemCode(
  tx: Tx,
  code: string,
  at: number,
): Promise<{ organisation: string; name: string; role: CallerRole } | undefined> {
  if (!CODE.test(code)) return undefined;
  const row = await tx
    .updateTable('sign_in_codes')
    .set({ used_at: at })
    .where('code_hash', '=', secretHash(code))
    .where('account', 'is', null)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(['organisation', 'name', 'role'])
    .executeTakeFirst();
  return row !== undefined && isCallerRole(row.role) ? { ...row, role: row.role } : undefined;
}

const ofAccount = (tx: Tx | Db, code: string, at: number) =>
  tx
    .selectFrom('sign_in_codes')
    .innerJoin('accounts', 'accounts.id', 'sign_in_codes.account')
    .select(['accounts.id', 'accounts.organisation', 'accounts.name', 'accounts.role'])
    .where('code_hash', '=', secretHash(code))
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .where('accounts.disabled_at', 'is', null);

/** Whose password a code sets; undefined where it is none of these, has been used or is too old. Looking uses up nothing. */
export const accountOfCode = async (tx: Tx | Db, code: string, at: number) =>
  CODE.test(code) ? ofAccount(tx, code, at).executeTakeFirst() : undefined;

/** Uses up every code that sets an account's password: the one that was given, and those given before it. */
export const useUpPasswordCodes = (tx: Tx, account: string, at: number) =>
  tx
    .updateTable('sign_in_codes')
    .set({ used_at: at })
    .where('account', '=', account)
    .where('used_at', 'is', null)
    .returning('code_hash')
    .execute();
