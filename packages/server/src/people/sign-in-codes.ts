import { type Random, secretHash } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import type { Tx } from '../db/database.ts';
import { isCallerRole } from './permissions.ts';

export const CODE_LIVES_MS = 24 * 3_600_000;
const CODE = /^[A-Za-z0-9_-]{22}$/;

export interface NewCode {
  readonly organisation: string;
  /** Who signs in with it, and as what. */
  readonly name: string;
  readonly role: CallerRole;
  readonly at: number;
}

/** A code that signs its bearer in once within 24 hours; the database has its hash only. */
export async function createSignInCode(
  tx: Tx,
  made: NewCode,
  random: Random,
): Promise<{ code: string; expiresAt: number }> {
  const code = Buffer.from(random.bytes(16)).toString('base64url');
  const { organisation, name, role, at } = made;
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
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(['organisation', 'name', 'role'])
    .executeTakeFirst();
  return row !== undefined && isCallerRole(row.role) ? { ...row, role: row.role } : undefined;
}
