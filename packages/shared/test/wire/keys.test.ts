import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { publicJwkOf, PublicJwk, signerOf, thumbprint, verifyingKeyOf } from '../../src/wire/keys.ts';
import { newEd25519, newP256, RFC_9421_ED25519, RFC_9421_P256_PUBLIC } from './keys-of-tests.ts';

const kinds = [
  ['Ed25519', newEd25519(), newEd25519()],
  ['P-256', newP256(), newP256()],
] as const;

describe.each(kinds)('a %s key', (_, pair, other) => {
  it('verifies what it signed, in 64 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const signature = pair.signer.sign(data);
        expect(signature).toHaveLength(64);
        expect(pair.verifying.verify(data, signature)).toBe(true);
        expect(other.verifying.verify(data, signature)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a signature of which one bit has changed', () => {
    const data = Buffer.from('beadle');
    const signature = Buffer.from(pair.signer.sign(data));
    fc.assert(
      fc.property(fc.nat(63), fc.nat(7), (byte, bit) => {
        const changed = Buffer.from(signature);
        changed.writeUInt8(changed.readUInt8(byte) ^ (1 << bit), byte);
        expect(pair.verifying.verify(data, changed)).toBe(false);
      }),
    );
  });

  it('refuses a signature that is not of 64 bytes', () => {
    for (const length of [0, 1, 63, 65, 72]) {
      expect(pair.verifying.verify(Buffer.from('beadle'), Buffer.alloc(length))).toBe(false);
    }
  });

  it('has the thumbprint that others give it', async () => {
    const jwk = publicJwkOf(pair.privateKey);
    expect(thumbprint(jwk)).toBe(await calculateJwkThumbprint(jwk));
    expect(pair.signer.keyId).toBe(thumbprint(jwk));
    expect(pair.verifying.keyId).toBe(thumbprint(jwk));
  });

  it('has one spelling only', () => {
    const jwk = publicJwkOf(pair.privateKey);
    expect(Value.Check(PublicJwk, jwk)).toBe(true);
    const last = jwk.x.slice(-1);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sameBytes = alphabet[alphabet.indexOf(last) + 1] ?? '';
    const again = { ...jwk, x: `${jwk.x.slice(0, -1)}${sameBytes}` };
    expect(Buffer.from(again.x, 'base64url')).toEqual(Buffer.from(jwk.x, 'base64url'));
    expect(Value.Check(PublicJwk, again)).toBe(false);
  });

  it('shows no private part, and none is accepted', () => {
    expect(publicJwkOf(pair.privateKey)).not.toHaveProperty('d');
    expect(Value.Check(PublicJwk, pair.privateKey.export({ format: 'jwk' }))).toBe(false);
  });
});

describe('a key of another kind', () => {
  it.each([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['X25519', generateKeyPairSync('x25519').privateKey],
  ])('such as %s is refused', (_, key) => {
    expect(() => signerOf(key)).toThrow(/Ed25519 or P-256/);
  });

  it('that is not on its curve is refused', () => {
    const x = Buffer.alloc(32, 1).toString('base64url');
    expect(() => verifyingKeyOf({ kty: 'EC', crv: 'P-256', x, y: x })).toThrow(/Invalid JWK|invalid|point/i);
  });
});

describe("RFC 9421's own examples", () => {
  it('are signed alike with Ed25519 (B.2.6)', () => {
    const base = `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`;
    expect(Buffer.from(RFC_9421_ED25519.signer.sign(Buffer.from(base))).toString('base64')).toBe(
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    );
  });

  it('verify with P-256 (B.2.4)', () => {
    const base = `"@status": 200
"content-type": application/json
"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:
"content-length": 23
"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"`;
    const signature = 'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==';
    expect(RFC_9421_P256_PUBLIC.verify(Buffer.from(base), Buffer.from(signature, 'base64'))).toBe(true);
  });
});
