import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import {
  EnrolmentAnswer,
  enrolmentProof,
  EnrolmentRequest,
  formatToken,
  parseToken,
  tokenSecret,
} from '../../src/wire/enrolment.ts';
import { publicJwkOf } from '../../src/wire/keys.ts';
import { newEd25519 } from './keys-of-tests.ts';

const base64url = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const tokens = fc.record({ id: base64url(16), secret: base64url(32), serverKeyId: base64url(32) });

describe('an enrolment token', () => {
  it('is read as it was written, white space around it or not', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect(parseToken(formatToken(token))).toEqual(token);
        expect(parseToken(` ${formatToken(token)}\n`)).toEqual(token);
      }),
    );
  });

  it('that lacks a character, or has one more, is none', () => {
    fc.assert(
      fc.property(tokens, fc.nat(), (token, position) => {
        const text = formatToken(token);
        const index = position % text.length;
        expect(parseToken(text.slice(0, index) + text.slice(index + 1))).toBeUndefined();
        expect(parseToken(`${text}A`)).toBeUndefined();
      }),
    );
  });

  it.each(['', 'beadle1', 'beadle2.a.b.c'])('is not %j', (text) => expect(parseToken(text)).toBeUndefined());

  it('has a secret that another key, or another token, does not give', () => {
    const [key, id] = [randomBytes(32), 'A'.repeat(22)];
    expect(tokenSecret(key, id)).toBe(tokenSecret(key, id));
    expect(tokenSecret(randomBytes(32), id)).not.toBe(tokenSecret(key, id));
    expect(tokenSecret(key, 'B'.repeat(22))).not.toBe(tokenSecret(key, id));
  });
});

describe('the proof of a token', () => {
  it('is for one key and one secret', () => {
    fc.assert(
      fc.property(base64url(32), base64url(32), base64url(32), (secret, key, other) => {
        fc.pre(secret !== other && key !== other);
        expect(enrolmentProof(secret, key)).toBe(enrolmentProof(secret, key));
        expect(enrolmentProof(secret, other)).not.toBe(enrolmentProof(secret, key));
        expect(enrolmentProof(other, key)).not.toBe(enrolmentProof(secret, key));
      }),
    );
  });
});

const request: EnrolmentRequest = {
  protocol: [1],
  token: 'A'.repeat(22),
  proof: 'A'.repeat(43),
  key: publicJwkOf(newEd25519().privateKey),
  serialNumber: null,
  platform: 'linux',
  release: '6.1',
  agentVersion: '0.1.0',
};
const answer: EnrolmentAnswer = {
  protocol: 1,
  device: 'd1',
  assetTag: 'T-1',
  generation: 1,
  organisation: 'Example',
  serverKey: publicJwkOf(newEd25519().privateKey),
  serverTime: '2026-11-22T12:00:00.000Z',
  documents: [],
};

describe('the messages of an enrolment', () => {
  it('are closed', () => {
    expect(Value.Check(EnrolmentRequest, request)).toBe(true);
    expect(Value.Check(EnrolmentRequest, { ...request, more: 1 })).toBe(false);
    expect(Value.Check(EnrolmentAnswer, answer)).toBe(true);
    expect(Value.Check(EnrolmentAnswer, { ...answer, more: 1 })).toBe(false);
  });

  it.each([
    ['a private key', { key: { ...request.key, d: 'A'.repeat(43) } }],
    ['a token with a dot in it', { token: `${'A'.repeat(21)}.` }],
    ['no protocol', { protocol: [] }],
    ['another platform', { platform: 'aix' }],
  ])('refuse %s', (_, change) => expect(Value.Check(EnrolmentRequest, { ...request, ...change })).toBe(false));
});
