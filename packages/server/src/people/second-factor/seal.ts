import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '@beadle/shared';

/** AES-256-GCM with a nonce of 96 bits and a tag of 128 (NIST SP 800-38D). */
const CIPHER = 'aes-256-gcm';
const LENGTH = { nonce: 12, tag: 16 } as const;

const keyOf = (tokenKey: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', tokenKey, new Uint8Array(), 'beadle-second-factor-1', 32));

/**
 * A secret that must be had again, unlike a password, as the database may keep it: what opens it is a key that lies outside
 * of the database and of its backups. It opens for that account alone.
 */
export function seal(secret: Uint8Array, account: string, tokenKey: Uint8Array, random: Random): string {
  const nonce = random.bytes(LENGTH.nonce);
  const cipher = createCipheriv(CIPHER, keyOf(tokenKey), nonce).setAAD(Buffer.from(account));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Undefined where it was sealed with another key, for another account, or has been changed. */
export function unseal(text: string, account: string, tokenKey: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const [nonce, tag] = [bytes.subarray(0, LENGTH.nonce), bytes.subarray(LENGTH.nonce, LENGTH.nonce + LENGTH.tag)];
  if (tag.length < LENGTH.tag) return undefined;
  const options = { authTagLength: LENGTH.tag };
  const decipher = createDecipheriv(CIPHER, keyOf(tokenKey), nonce, options).setAAD(Buffer.from(account));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(bytes.subarray(LENGTH.nonce + LENGTH.tag)), decipher.final()]);
  } catch {
    return undefined;
  }
}
