import { type Clock, formatToken, iso, type Random, tokenSecret } from '@beadle/shared';
import { actOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import type { ServerKeys } from '../keys/keys.ts';
import { dropPendingOf } from './pending-store.ts';
import { addToken, fleetKeyById, revokeToken } from './store.ts';

export interface TokenDeps {
  readonly db: Db;
  readonly keys: Pick<ServerKeys, 'tokenKey' | 'keyId'>;
  readonly clock: Clock;
  readonly random: Random;
}

const DAY_MS = 86_400_000;

export interface WantedToken {
  readonly caller: Caller;
  /** Null for a fleet key. */
  readonly device: { readonly id: string; readonly assetTag: string } | null;
  /** Of a fleet key: what it is for. */
  readonly name: string | null;
  readonly uses: number;
  readonly days: number;
}

/** Makes a token and writes down who did. Its text is given once: the database holds only its number. */
export async function makeToken({ db, keys, clock, random }: TokenDeps, wanted: WantedToken) {
  const { caller, device, name, uses, days } = wanted;
  const id = Buffer.from(random.bytes(16)).toString('base64url');
  const act = actOf(caller, clock.now());
  const { organisation, actor, at } = act;
  const expiresAt = at + days * DAY_MS;
  const row = { organisation, id, device: device?.id ?? null, expires_at: expiresAt, uses_left: uses };
  await inTransaction(db, async (tx) => {
    await addToken(tx, { ...row, name, createdAt: at, createdBy: actor });
    const target = device === null ? `fleet-key:${id}` : `device:${device.assetTag}`;
    const detail = { id, uses, expiresAt: iso(expiresAt), ...(name === null ? {} : { name }) };
    await recordAct(tx, { ...act, action: 'enrolment-token-made', target, detail });
  });
  const token = formatToken({ id, secret: tokenSecret(keys.tokenKey, id), serverKeyId: keys.keyId });
  return { id, token, assetTag: device?.assetTag ?? null, expiresAt: iso(expiresAt) };
}

/**
 * Ends a fleet key at once, with everything that waits or was approved by it: whoever has it may have made those. Throws
 * `token-unknown`.
 */
export const revokeFleetKey = (
  { db, clock }: Pick<TokenDeps, 'db' | 'clock'>,
  caller: Caller,
  id: string,
  reason: string,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const act = actOf(caller, clock.now());
    const { organisation, actor, at } = act;
    const key = await fleetKeyById(tx, organisation, id);
    if (key === undefined || key.revoked_at !== null || !(await revokeToken(tx, { organisation, id, at, by: actor })))
      throw problem('token-unknown', 'There is no fleet key with this id that could be revoked.');
    const waiting = await dropPendingOf(tx, organisation, id);
    await recordAct(tx, {
      ...act,
      action: 'fleet-key-revoked',
      target: `fleet-key:${id}`,
      detail: { reason, waiting },
    });
  });
