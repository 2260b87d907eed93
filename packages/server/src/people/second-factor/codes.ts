import { hash } from 'node:crypto';
import { type Random, secretHash } from '@beadle/shared';
import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator app does it: SHA-1, six digits, half a minute. */
const KIND = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** A step before and after: clocks differ, and typing takes a while (RFC 6238, 5.2). */
const STEPS = 1;
const RECOVERY = { codes: 10, letters: 16 } as const;
/** Without I, L, O and U, which are misread (Crockford's base 32): 80 bits a code, which no stolen hash gives away. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: Uint8Array.from(bytes).buffer });

/**
 * The secret of an app that is being set up: 160 bits (RFC 4226, 4) made of what that browser alone holds, so that it is the
 * same when the page is loaded again and is kept nowhere before a code has shown that the app has it.
 */
export const secretFor = (attemptId: string): Uint8Array =>
  hash('sha256', `beadle-second-factor-1\nsecret\n${attemptId}`, 'buffer').subarray(0, 20);

/** What a person types into an app, in groups of four, and the link that does it for them. */
export function forApp(secret: Uint8Array, { issuer, label }: { readonly issuer: string; readonly label: string }) {
  const key = secretOf(secret);
  // A colon separates the two in the link, so that neither may have one.
  const plain = (text: string): string => text.replaceAll(':', ' ');
  const totp = new TOTP({ ...KIND, issuer: plain(issuer), label: plain(label), secret: key });
  return { key: key.base32.match(/.{1,4}/g)?.join(' ') ?? '', link: totp.toString() };
}

/** The time step of a code that is right now and was not taken before; undefined for any other. `at`: milliseconds. */
export function stepOf(
  code: string,
  secret: Uint8Array,
  { at, last }: { readonly at: number; readonly last: number },
): number | undefined {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const delta = TOTP.validate({ ...KIND, token, secret: secretOf(secret), timestamp: at, window: STEPS });
  if (delta === null) return undefined;
  const step = Math.floor(at / (KIND.period * 1000)) + delta;
  return step > last ? step : undefined;
}

/** Codes that each stand in for the app once, shown when they are made and never again. */
export function newRecoveryCodes(random: Random): string[] {
  return Array.from({ length: RECOVERY.codes }, () => {
    const letters = [...random.bytes(RECOVERY.letters)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
    return letters.match(/.{4}/g)?.join('-') ?? '';
  });
}

/** As it is kept: with or without hyphens and capitals it is the same code, and O is read as 0, I and L as 1. */
export const recoveryHash = (code: string): string =>
  secretHash(
    code
      .toUpperCase()
      .replaceAll(/[^0-9A-Z]/g, '')
      .replaceAll('O', '0')
      .replaceAll(/[IL]/g, '1'),
  );
