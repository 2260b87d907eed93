import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { compactVerify, CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  openDocument,
  openPolicy,
  POLICY_TYPE,
  type PolicyForDevice,
  signDocument,
} from '../../src/wire/signed-document.ts';
import { NOON } from '../devices.ts';
import { dacorum } from '../policy/policies.ts';
import { newEd25519, newP256, type Pair } from './keys-of-tests.ts';

/** A policy as devices are told it. */
const policy = { ...dacorum() };
delete policy.deadlines;

const payload: PolicyForDevice = {
  device: 'd1',
  organisation: 'Dacorum Borough Council',
  serial: 7,
  issuedAt: '2026-11-22T12:00:00.000Z',
  endsAt: '2026-12-22T12:00:00.000Z',
  register: { assetTag: 'DBC-1', serialNumber: 'S1', kind: 'laptop', population: 'employee', groups: [], sticks: null },
  policies: [{ from: '2026-11-01T00:00:00.000Z', policy }],
  authorisations: [],
};
const withPolicy = (changed: object) => ({
  policies: [{ from: '2026-11-01T00:00:00.000Z', policy: { ...policy, ...changed } }],
});
const expected = { device: 'd1', atLeast: 7, now: NOON };
const server = newEd25519();

describe.each<[string, Pair, Pair]>([
  ['Ed25519', server, newEd25519()],
  ['P-256', newP256(), newP256()],
])('a policy document signed with %s', (_, pair, other) => {
  const jws = signDocument(payload, POLICY_TYPE, pair.signer);

  it('is opened by the device that it is for', () => {
    expect(openPolicy(jws, pair.verifying, expected)).toEqual(payload);
  });

  it('is verified by another implementation of JWS', async () => {
    const { payload: bytes, protectedHeader } = await compactVerify(jws, createPublicKey(pair.privateKey));
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual(payload);
    expect(protectedHeader).toEqual({
      alg: pair === server ? 'EdDSA' : 'ES256',
      kid: pair.signer.keyId,
      typ: POLICY_TYPE,
    });
  });

  it('is refused by another key', () => {
    expect(openPolicy(jws, other.verifying, expected)).toBe('signature-differs');
  });

  it('is refused where any one character has changed', () => {
    const characters = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(fc.nat(), characters, (position, character) => {
        const index = position % jws.length;
        fc.pre(jws[index] !== character);
        const changed = jws.slice(0, index) + character + jws.slice(index + 1);
        expect(openPolicy(changed, pair.verifying, expected)).toBe('signature-differs');
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a part more', `${jws}.`],
    ['a part less', jws.split('.').slice(0, 2).join('.')],
    ['padding', `${jws}==`],
    ['nothing', ''],
  ])('is refused with %s', (_what, changed) => {
    expect(openPolicy(changed, pair.verifying, expected)).toBe('signature-differs');
  });

  it('is refused under another type', () => {
    expect(openPolicy(signDocument(payload, 'beadle-order+jws', pair.signer), pair.verifying, expected)).toBe(
      'signature-differs',
    );
  });
});

describe('a policy document of the right key', () => {
  const open = (change: object, at: Partial<typeof expected> = {}) =>
    openPolicy(signDocument({ ...payload, ...change }, POLICY_TYPE, server.signer), server.verifying, {
      ...expected,
      ...at,
    });

  it('for another device is refused', () => expect(open({ device: 'd2' })).toBe('for-another-device'));
  it('older than the one there is refused', () => expect(open({ serial: 6 })).toBe('older'));
  it('with the serial of the one there is accepted, and a newer one', () => {
    expect(open({})).toMatchObject({ serial: 7 });
    expect(open({ serial: 8 })).toMatchObject({ serial: 8 });
  });

  it('ends at its end and not before', () => {
    const end = Date.parse(payload.endsAt);
    expect(open({}, { now: end - 1 })).toMatchObject({ serial: 7 });
    expect(open({}, { now: end })).toBe('ended');
  });

  it('whose end is no date is refused', () =>
    expect(open({ endsAt: '2026-99-99T00:00:00.000Z' })).toBe('not-of-this-form'));

  it.each<[string, object]>([
    ['an unknown key', { more: 1 }],
    ['no device', { device: undefined }],
    ['an unknown key in the register', { register: { ...payload.register, more: 1 } }],
    ['the deadlines of a breach, which are none of its business', withPolicy({ deadlines: {} })],
    ['a policy that is none', withPolicy({ title: '' })],
    ['a parameter that its check does not have', withPolicy({ rules: [{ ...policy.rules[0], require: { more: 1 } }] })],
    ['an impossible duration', withPolicy({ rules: [{ ...policy.rules[0], require: { suspendedAtMost: 'P' } }] })],
  ])('with %s is refused', (_, change) => expect(open(change)).toBe('not-of-this-form'));
});

describe('what another signed', () => {
  const bytes = Buffer.from(JSON.stringify(payload));

  it('without an algorithm opens nothing', () => {
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: server.signer.keyId, typ: POLICY_TYPE })).toString(
      'base64url',
    );
    expect(openDocument(`${header}.${bytes.toString('base64url')}.`, POLICY_TYPE, server.verifying)).toBeUndefined();
  });

  it('with a shared secret made of the public key opens nothing', async () => {
    const secret = Buffer.from(server.signer.keyId.padEnd(64, 'x'));
    const jws = await new CompactSign(bytes)
      .setProtectedHeader({ alg: 'HS256', kid: server.signer.keyId, typ: POLICY_TYPE })
      .sign(secret);
    expect(openDocument(jws, POLICY_TYPE, server.verifying)).toBeUndefined();
  });

  it('in our very form opens, so that any JWS library can make one', async () => {
    const header = { alg: 'EdDSA', kid: server.signer.keyId, typ: POLICY_TYPE };
    const jws = await new CompactSign(bytes).setProtectedHeader(header).sign(server.privateKey);
    expect(openDocument(jws, POLICY_TYPE, server.verifying)).toEqual(payload);
  });
});
