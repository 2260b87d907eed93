import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { GENESIS } from '../../src/findings/chain.ts';
import { FindingBody, GapBody } from '../../src/findings/finding.ts';
import { CheckInAnswer, CheckInHeader } from '../../src/wire/check-in.ts';
import { negotiate } from '../../src/wire/protocol.ts';

const at = '2026-11-22T12:00:00.000Z';
const header: CheckInHeader = {
  protocol: 1,
  generation: 1,
  sentAt: at,
  previous: { sequence: 0, link: GENESIS },
  state: { sequence: 0, digest: GENESIS },
  agent: { version: '0.1.0', platform: 'linux', release: '6.1', outbox: { pending: 0, bytes: 0, dropped: 0 } },
  policySerial: 0,
  onCouncilNetwork: null,
  facts: { patches: { at, facts: {} } },
};
const answer: CheckInAnswer = {
  protocol: 1,
  serverTime: at,
  head: { sequence: 0, link: GENESIS },
  matched: null,
  restate: false,
  documents: [],
  nextCheckInSeconds: 300,
};
const finding: FindingBody = {
  salt: 'A'.repeat(22),
  rule: 'a',
  clause: '5.9',
  check: 'disk-encryption',
  subject: 'C:',
  kind: 'state',
  at,
  verdict: 'fail',
  severity: 'high',
  observed: { state: 'off', since: null, percent: 0, titles: ['a', 1] },
  policyVersion: '1',
};
const gap: GapBody = {
  salt: 'A'.repeat(22),
  at,
  gap: { from: 2, to: 4, lastLink: GENESIS, cause: 'outbox-lost', lost: null },
};

const MESSAGES = {
  header: [CheckInHeader, header],
  answer: [CheckInAnswer, answer],
  finding: [FindingBody, finding],
  gap: [GapBody, gap],
} as const;

describe.each(Object.entries(MESSAGES))('a %s', (_, [schema, message]) => {
  it('is accepted in its form', () => expect(Value.Check(schema, message)).toBe(true));
  it('is refused with an unknown key', () => expect(Value.Check(schema, { ...message, more: 1 })).toBe(false));
  it.each(Object.keys(message).filter((key) => key !== 'reason'))('is refused without its %s', (key) => {
    const { [key as keyof typeof message]: _left, ...rest } = message;
    expect(Value.Check(schema, rest)).toBe(false);
  });
  it.each([null, [], '', 1])('is not %j', (other) => expect(Value.Check(schema, other)).toBe(false));
});

describe('a check-in is refused with', () => {
  it.each<[string, object]>([
    ['a sequence that is no whole number', { previous: { sequence: 1.5, link: GENESIS } }],
    ['a sequence beyond whole numbers', { previous: { sequence: 2 ** 53, link: GENESIS } }],
    ['a negative sequence', { previous: { sequence: -1, link: GENESIS } }],
    ['a link in capitals', { previous: { sequence: 1, link: 'A'.repeat(64) } }],
    ['a time without its zone', { sentAt: '2026-11-22T12:00:00' }],
    ['an unknown key deep inside', { agent: { ...header.agent, outbox: { ...header.agent.outbox, more: 1 } } }],
    ['facts of what is no check', { facts: { 'A B': { at, facts: {} } } }],
    ['facts without their time', { facts: { patches: { facts: {} } } }],
  ])('%s', (_, change) => expect(Value.Check(CheckInHeader, { ...header, ...change })).toBe(false));
});

describe('a finding is refused with', () => {
  it.each<[string, object]>([
    ['a verdict that is none', { verdict: 'maybe' }],
    ['a reason that is not in the list', { reason: 'because' }],
    ['a salt that is too short', { salt: 'A' }],
    ['a mapping in what was observed', { observed: { a: { b: 1 } } }],
    ['an odd name in what was observed', { observed: { 'a b': 1 } }],
    [
      'more than was ever observed',
      { observed: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`a${n}`, n])) },
    ],
    ['no subject', { subject: '' }],
  ])('%s', (_, change) => expect(Value.Check(FindingBody, { ...finding, ...change })).toBe(false));
});

describe('the version of the protocol', () => {
  it.each([
    [[1], 1],
    [[3, 2, 1], 1],
    [[2], undefined],
    [[], undefined],
  ])('of those that a device offers, %j, is %j', (offered, expected) => expect(negotiate(offered)).toBe(expected));
});
