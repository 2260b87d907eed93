import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from '@beadle/shared';
import { signatureHeaders } from '../../../notify/webhook.ts';
import type { Expected, Proof } from '../../connector.ts';
import { CallbackBody, checked, leftOf, MOST_SKEW_MS, OddAnswer, parsed, readingsOf } from './protocol.ts';

/** After that a far system answers the newer request that it has been sent since. */
const LONGEST_MS = 90 * 86_400_000;
const EXPECTED: readonly Expected[] = ['withdrawn', 'restored'];
const SIZE = { id: 16, code: 1, time: 6, nonce: 8, mac: 16 } as const;
const BODY = SIZE.id + SIZE.code + SIZE.time + SIZE.nonce;

/** What a token of a callback says, once it is known to be one of ours. */
export interface CallbackToken {
  /** The id of the step, as in its `before`. */
  readonly id: string;
  readonly expected: Expected;
  /** When it was given out, in milliseconds. */
  readonly issued: number;
  /** SHA-256 of the token: what is kept of one that was used. */
  readonly hash: string;
}

const macOf = (key: Uint8Array, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update('beadle withdrawal callback 1').update(body).digest().subarray(0, SIZE.mac);

/** 63 characters for a part of an address: it is bound to one step and one expectation, and nobody can make another. */
export function callbackToken(
  key: Uint8Array,
  { id, expected, issued }: Omit<CallbackToken, 'hash'>,
  random: Random,
): string {
  const body = Buffer.alloc(BODY);
  body.write(id.replaceAll('-', ''), 'hex');
  body.writeUInt8(EXPECTED.indexOf(expected), SIZE.id);
  body.writeUIntBE(issued, SIZE.id + SIZE.code, SIZE.time);
  body.set(random.bytes(SIZE.nonce), BODY - SIZE.nonce);
  return Buffer.concat([body, macOf(key, body)]).toString('base64url');
}

/** Undefined where this server has not made it. */
export function readCallbackToken(key: Uint8Array, token: string): CallbackToken | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== BODY + SIZE.mac || bytes.toString('base64url') !== token) return undefined;
  const body = bytes.subarray(0, BODY);
  if (!timingSafeEqual(macOf(key, body), bytes.subarray(BODY))) return undefined;
  const expected = EXPECTED[body.readUInt8(SIZE.id)];
  if (expected === undefined) return undefined;
  const id = body.toString('hex', 0, SIZE.id).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const issued = body.readUIntBE(SIZE.id + SIZE.code, SIZE.time);
  return { id, expected, issued, hash: createHash('sha256').update(token).digest('hex') };
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Callback {
  readonly token: CallbackToken;
  /** Whether a token of this hash was used before. */
  readonly used: boolean;
  /** A line each, of the webhook whose step it is. */
  readonly secrets: readonly string[];
  readonly headers: Headers;
  /** As it was received. */
  readonly body: string;
  readonly now: number;
}

export type CallbackOutcome =
  /** `left` is null where the far system did not say it. */
  | {
      readonly kind: 'answer';
      readonly expected: Expected;
      readonly proof: Proof;
      readonly left: readonly string[] | null;
    }
  | { readonly kind: 'refused'; readonly why: 'used' | 'too-late' | 'signature' | 'form'; readonly detail: string };

const textOf = (headers: Headers, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

/** As in Standard Webhooks: any of the signatures, by any of the secrets, and a time that is near ours. */
function isSigned({ headers, body, secrets, now }: Callback): boolean {
  const [id, time] = [textOf(headers, 'webhook-id'), textOf(headers, 'webhook-timestamp')];
  if (id === '' || !/^\d{1,12}$/.test(time) || Math.abs(Number(time) * 1000 - now) > MOST_SKEW_MS) return false;
  const { 'webhook-signature': expected = '' } = signatureHeaders(secrets, { id, now: Number(time) * 1000, body });
  const wanted = expected.split(' ').map((one) => Buffer.from(one));
  const given = textOf(headers, 'webhook-signature').split(' ').slice(0, 10);
  return given.some((text) => {
    const one = Buffer.from(text);
    return wanted.some((each) => each.length === one.length && timingSafeEqual(each, one));
  });
}

/**
 * What a far system answers later. Pure: whoever calls it has looked the step up by the token's `id`, and keeps the
 * token's hash as used in the same transaction as the answer.
 */
export function callbackOutcome(callback: Callback): CallbackOutcome {
  const { token, used, body, now } = callback;
  const refused = (why: 'used' | 'too-late' | 'signature' | 'form', detail: string): CallbackOutcome => ({
    kind: 'refused',
    why,
    detail,
  });
  if (!isSigned(callback)) return refused('signature', 'It is not signed with a secret of this webhook, or not now.');
  if (used) return refused('used', 'This address was used before.');
  if (now - token.issued > LONGEST_MS) return refused('too-late', 'This address is no longer in force.');
  try {
    const { id, readings, left } = checked(CallbackBody, parsed(body));
    if (id !== token.id) return refused('form', 'Its id is not the one of the request that this address came with.');
    const proof = { readings: readingsOf(readings, { asked: token.issued, now }) };
    return { kind: 'answer', expected: token.expected, proof, left: leftOf(left) };
  } catch (error) {
    if (error instanceof OddAnswer) return refused('form', error.message);
    throw error;
  }
}
