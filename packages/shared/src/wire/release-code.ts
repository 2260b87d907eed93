import { scrypt, timingSafeEqual } from 'node:crypto';

/** Crockford's base 32: no I, L, O or U, so that it can be read over a telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;
const FORM = /^[0-9A-HJKMNP-TV-Z]{10}$/;
const HASH_BYTES = 32;
/** 64 MiB and about a third of a second for each guess of one who has the device's disk. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 } as const;

/** What a device holds of a code: 50 bits cannot be had back from it in a useful time, were each guess as slow as this. */
export interface ReleaseHash {
  /** base64url, 16 bytes. */
  readonly salt: string;
  /** base64url, 32 bytes. */
  readonly hash: string;
}

/** Ten characters of 50 bits, as `XXXXX-XXXXX`, of 10 random bytes. */
export function releaseCode(random: Uint8Array): string {
  if (random.length !== LENGTH) throw new RangeError(`a release code takes ${LENGTH} random bytes`);
  const code = Array.from(random, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** As it was typed: case, spaces and hyphens do not count, and what looks alike is taken for what is meant. */
export function normaliseReleaseCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return FORM.test(code) ? code : undefined;
}

const derive = (code: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(code, salt, HASH_BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

/** Throws `RangeError` where `code` is not of the form. `salt` is 16 random bytes. */
export async function releaseHash(code: string, salt: Uint8Array): Promise<ReleaseHash> {
  const normal = normaliseReleaseCode(code);
  if (normal === undefined) throw new RangeError('not a release code');
  const bytes = Buffer.from(salt);
  const key = await derive(normal, bytes);
  return { salt: bytes.toString('base64url'), hash: key.toString('base64url') };
}

export async function isReleaseCode(typed: string, { salt, hash }: ReleaseHash): Promise<boolean> {
  const normal = normaliseReleaseCode(typed);
  if (normal === undefined) return false;
  const expected = Buffer.from(hash, 'base64url');
  const key = await derive(normal, Buffer.from(salt, 'base64url'));
  return expected.length === key.length && timingSafeEqual(key, expected);
}
