import { type PublicJwk, type VerifyingKey, verifyingKeyOf } from '@beadle/shared';
import type { FastifyRequest } from 'fastify';
import { isGenuine, type SignedRequest, signatureOf } from '../enrolment/signed-request.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { type DeviceKey, keyById } from './store.ts';

export interface KnownKey extends DeviceKey {
  readonly verifying: VerifyingKey;
}

/**
 * Keys by their id, so that who calls is known at once, however long the database's queue is; and making a key of its JWK
 * anew would cost as much as the signature. A key that has been replaced since is refused when its batch is applied, as
 * its generation is no longer the device's.
 */
export function createKeys(db: Db, most: number) {
  const known = new Map<string, KnownKey>();
  return async (keyId: string): Promise<KnownKey | undefined> => {
    const kept = known.get(keyId);
    if (kept !== undefined) return kept;
    const key = await keyById(db, keyId);
    if (key === undefined) return undefined;
    if (known.size >= most) known.clear();
    const found = { ...key, verifying: verifyingKeyOf(JSON.parse(key.jwk) as PublicJwk) };
    known.set(keyId, found);
    return found;
  };
}

export type KeyOf = ReturnType<typeof createKeys>;

export interface ClaimDeps {
  readonly keyOf: KeyOf;
  readonly settings: Pick<Settings, 'authorities'>;
  readonly metrics: Pick<Metrics, 'refused'>;
}

export interface Claimed {
  readonly key: KnownKey;
  readonly signed: SignedRequest;
}

/** Whose key the request names: known before a byte of its body is kept. Proves nothing yet. */
export async function claimed(request: FastifyRequest, { keyOf, metrics }: ClaimDeps): Promise<Claimed> {
  const refuse = (detail: string) => {
    metrics.refused.inc({ reason: 'signature' });
    return problem('signature-refused', detail);
  };
  const signed = signatureOf(request);
  if (signed === undefined) throw refuse('The request carries no signature of the profile in docs/protocol.md.');
  const key = await keyOf(signed.parameters.keyId);
  if (key === undefined) throw refuse('No device is enrolled with this key, or it has been enrolled again since.');
  return { key, signed };
}

/** Refuses what the named key has not signed, without a word of which devices there are. */
export function requireGenuine(request: FastifyRequest, { key, signed }: Claimed, deps: ClaimDeps): void {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (isGenuine(request, body, signed, key.verifying, deps.settings.authorities)) return;
  deps.metrics.refused.inc({ reason: 'signature' });
  throw problem(
    'signature-refused',
    'The signature does not fit the request as it arrived, or is for another address of this server.',
  );
}
