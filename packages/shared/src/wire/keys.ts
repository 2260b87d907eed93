import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import Type, { type Static } from 'typebox';

/** 32 bytes; the spare bits of the last character are zero, so that a key has one spelling and one thumbprint. */
const Coordinate = Type.String({ pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$' });

/** A public key as a JWK: Ed25519 (RFC 8037), or P-256 where a TPM or an enclave holds the key (RFC 7518). */
export const PublicJwk = Type.Union([
  Type.Object(
    { kty: Type.Literal('OKP'), crv: Type.Literal('Ed25519'), x: Coordinate },
    { additionalProperties: false },
  ),
  Type.Object(
    { kty: Type.Literal('EC'), crv: Type.Literal('P-256'), x: Coordinate, y: Coordinate },
    { additionalProperties: false },
  ),
]);
export type PublicJwk = Static<typeof PublicJwk>;

/** RFC 9421's names; the one that goes with the key, never one that a message chooses. */
export type Algorithm = 'ed25519' | 'ecdsa-p256-sha256';

export const algorithmOf = (jwk: PublicJwk): Algorithm => (jwk.kty === 'OKP' ? 'ed25519' : 'ecdsa-p256-sha256');

/** RFC 7638 thumbprint, SHA-256, base64url: the `keyid` of a key everywhere. */
export function thumbprint(jwk: PublicJwk): string {
  const members =
    jwk.kty === 'OKP' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

/** What can sign; a TPM may stand behind it. */
export interface Signer {
  readonly keyId: string;
  readonly algorithm: Algorithm;
  sign(data: Uint8Array): Uint8Array;
}

export interface VerifyingKey {
  readonly keyId: string;
  readonly algorithm: Algorithm;
  verify(data: Uint8Array, signature: Uint8Array): boolean;
}

/** P-256 signatures are the 64 bytes r and s, as RFC 9421 (3.3.4) and JWS both have them. */
const optionsFor = (key: KeyObject, algorithm: Algorithm) =>
  algorithm === 'ed25519' ? { hash: null, key } : { hash: 'sha256', key: { key, dsaEncoding: 'ieee-p1363' as const } };

export function signerOf(privateKey: KeyObject): Signer {
  const jwk = publicJwkOf(privateKey);
  const algorithm = algorithmOf(jwk);
  const { hash, key } = optionsFor(privateKey, algorithm);
  return { keyId: thumbprint(jwk), algorithm, sign: (data) => sign(hash, data, key) };
}

/** The public half of a private or public key. Throws where the key is of another kind than the two allowed. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const { kty, crv, x, y } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (kty === 'OKP' && crv === 'Ed25519' && x !== undefined) return { kty, crv, x };
  if (kty === 'EC' && crv === 'P-256' && x !== undefined && y !== undefined) return { kty, crv, x, y };
  throw new Error(`a key must be Ed25519 or P-256, not ${kty ?? 'unknown'} ${crv ?? ''}`);
}

/** Throws where the JWK names a point that is not on its curve. */
export function verifyingKeyOf(jwk: PublicJwk): VerifyingKey {
  const algorithm = algorithmOf(jwk);
  const { hash, key } = optionsFor(createPublicKey({ key: { ...jwk }, format: 'jwk' }), algorithm);
  return { keyId: thumbprint(jwk), algorithm, verify: (data, signature) => verify(hash, data, key, signature) };
}
