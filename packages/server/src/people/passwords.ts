import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '@beadle/shared';

/** Argon2id with 19 MiB, two passes and one lane: the second of OWASP's choices, about 20 ms here. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const LENGTH = { salt: 16, tag: 32 } as const;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

const derive = promisify(argon2);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** The password as a PHC string (github.com/P-H-C/phc-string-format), which carries its own cost and salt. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const nonce = random.bytes(LENGTH.salt);
  const tag = await derive('argon2id', { ...COST, message: password, nonce, tagLength: LENGTH.tag });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(nonce)}$${base64(tag)}`;
}

/** Of no password: verifying against it takes as long as against a real one. */
const NOBODY = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(new Uint8Array(LENGTH.salt))}$${base64(new Uint8Array(LENGTH.tag))}`;

/**
 * Whether the password is the one of the PHC string. Undefined stands for a name that is not known, which takes the
 * same work, so that the time of an answer does not tell names.
 */
export async function verifyPassword(password: string, phc: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(phc ?? NOBODY) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('the stored password is not a PHC string of argon2id');
  const expected = Buffer.from(tag, 'base64');
  const found = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(found, expected) && phc !== undefined;
}
