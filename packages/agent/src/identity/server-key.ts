import { keyIdOf, type PublicJwk, thumbprint, verifyingKeyOf, type VerifyingKey } from '@beadle/shared';
import { type Enrolment, type KnownServer, writeEnrolment } from './identity.ts';

/** More than a device sees in its life. */
const MOST_FORMER = 20;

/**
 * Holds to `next` from now on, which the key before has named in a signed answer to this very device: what the former one
 * signs is believed no more. False, and nothing changes, where it is no point of its curve or the same one. Whoever runs the
 * agent loads the identity anew.
 */
export function followServerKey(data: string, enrolment: Enrolment, next: PublicJwk): boolean {
  const { serverKey, formerServerKeys = [] } = enrolment;
  if (thumbprint(next) === thumbprint(serverKey)) return false;
  try {
    verifyingKeyOf(next);
  } catch {
    return false;
  }
  const former = [serverKey, ...formerServerKeys].slice(0, MOST_FORMER);
  writeEnrolment(data, { ...enrolment, serverKey: next, formerServerKeys: former });
  return true;
}

/** The key by which a document on this device's disk is held to be the server's: it may be older than the one of today. */
export function keyOfKept({ enrolment, serverKey }: KnownServer, jws: string): VerifyingKey {
  const id = keyIdOf(jws);
  const former = enrolment.formerServerKeys?.find((jwk) => thumbprint(jwk) === id);
  return former === undefined ? serverKey : verifyingKeyOf(former);
}
