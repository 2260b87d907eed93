import { type Random, isoOrNull } from '@beadle/shared';
import type { CallerRole, Permission } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import type { Act } from './account-change.ts';
import { whyNotOnly } from './permissions.ts';
import { createToken, revokeToken } from './tokens.ts';

interface NewToken {
  readonly name: string;
  readonly role: CallerRole;
  /** Milliseconds since the epoch; null for one that only a revocation ends. */
  readonly expiresAt: number | null;
  readonly only?: readonly Permission[] | undefined;
}

/** Makes a token; its text is given here and never again. Throws `validation` where it is for more than its role may. */
export async function makeToken(
  { db, random }: { readonly db: Db; readonly random: Random },
  { name, role, expiresAt, only }: NewToken,
  { organisation, actor, at }: Act,
): Promise<{ readonly id: string; readonly token: string }> {
  const expected = whyNotOnly(role, only ?? []);
  if (expected !== undefined)
    throw problem('validation', `body.only: expected ${expected}`, [{ field: 'body.only', expected }]);
  return inTransaction(db, async (tx) => {
    const made = await createToken(tx, { organisation, role, name, expiresAt, at, only }, random);
    const ends = isoOrNull(expiresAt);
    const detail = { name, role, expiresAt: ends, ...(only === undefined ? {} : { only }) };
    await recordAct(tx, { organisation, at, actor, action: 'token-made', target: `token:${made.id}`, detail });
    return made;
  });
}

/** Ends a token at once; its name. Throws `token-unknown` where there is no live one with this id. */
export const endToken = (db: Db, id: string, { organisation, actor, at }: Act): Promise<string> =>
  inTransaction(db, async (tx) => {
    const name = await revokeToken(tx, { organisation, id, at });
    if (name === undefined) throw problem('token-unknown', 'There is no token with this id that could be revoked.');
    const act = { organisation, at, actor, action: 'token-revoked', target: `token:${id}` };
    await recordAct(tx, { ...act, detail: { name } });
    return name;
  });
