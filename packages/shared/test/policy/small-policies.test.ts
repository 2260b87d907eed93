import { describe, expect, it } from 'vitest';
import { type DaySpan, fitsYear } from '../../src/authorisations/days.ts';
import type { Authorisation } from '../../src/authorisations/authorisation.ts';
import { excused } from '../../src/authorisations/excuse.ts';
import { state } from '../../src/checks/check.ts';
import { evaluateOver } from '../../src/evaluate.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { daysInYear } from '../../src/policy/document.ts';
import { iso } from '../../src/ports.ts';
import { DAY, laptop, NOON } from '../devices.ts';
import { locking, missing, outcome, printed, stick } from './facts.ts';
import { policyOf } from './policies.ts';

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;

const policy = (rules: string, version = '1') =>
  policyOf(`beadlePolicy: 1
title: Small
organisation: A council
version: "${version}"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: siro
rules:
${rules}`);

const says = 'clause: "1", says: Words of the policy., severity: high';
const elsewhere = { ...laptop, onCouncilNetwork: known(false) };
const somewhere = { ...laptop, onCouncilNetwork: unknown('not-told') };

const authorisation = (given: Partial<Authorisation>): Authorisation => ({
  ref: 'AU-2026-000001',
  kind: 'election-stick',
  validFrom: iso(NOON - DAY),
  validTo: iso(NOON + 365 * DAY),
  scope: { sticks: ['S1'] },
  ...given,
});

describe('encrypted sticks only', () => {
  const encryptedOnly = policy(`  - { id: sticks, ${says}, check: removable-media, require: { allow: encrypted } }`);
  const inHardware = { ...laptop, registeredSticks: [{ serial: 's1 ', encryptsInHardware: true }] };
  it.each([
    ['a plain one fails', { observations: stick() }, ['sticks fail high']],
    ['an encrypted one passes', { observations: stick({ encrypted: true }) }, ['sticks pass']],
    [
      'one that encrypts in hardware passes by the register',
      { observations: stick(), device: inHardware },
      ['sticks pass'],
    ],
  ])('%s', (_, seen, expected) => expect(outcome(encryptedOnly, seen)).toEqual(expected));
});

describe('a pool of registered sticks', () => {
  const pool = policy(
    `  - { id: sticks, ${says}, check: removable-media, require: { allow: registered-and-encrypted } }`,
  );
  const registered = { ...laptop, registeredSticks: [{ serial: 'POOL-1', encryptsInHardware: false }] };
  it.each([
    ['one of the pool passes', stick({ serial: 'pool-1', encrypted: true }), registered, ['sticks pass']],
    ['one of the pool that is plain fails', stick({ serial: 'POOL-1' }), registered, ['sticks fail high']],
    ['another fails', stick({ serial: 'MINE', encrypted: true }), registered, ['sticks fail high']],
    [
      'without a register nobody can tell',
      stick({ encrypted: true }),
      { ...laptop, registeredSticks: null },
      ['sticks unknown'],
    ],
  ])('%s', (_, observations, device, expected) => expect(outcome(pool, { observations, device })).toEqual(expected));
});

describe('an exception by purpose', () => {
  const purposes = policy(`  - id: sticks
    ${says.replaceAll(', ', '\n    ')}
    check: removable-media
    require: { allow: none }
    exemptions:
      - { kind: election-stick, approver: monitoring-officer, maximum: P30D }
      - { kind: emergency-plan-stick, approver: director, maximum: P1Y, encryptedOnly: true }
`);
  const emergency = { kind: 'emergency-plan-stick' };
  it.each<[string, Parameters<typeof stick>[0], Partial<Authorisation>, string]>([
    ['excuses the stick that is named', {}, {}, 'sticks exempt'],
    ['excuses no other', { serial: 'S2' }, {}, 'sticks fail high'],
    ['of a purpose that the rule does not name excuses nothing', {}, { kind: 'holiday' }, 'sticks fail high'],
    ['lasts no longer than the rule allows', {}, { validFrom: iso(NOON - 31 * DAY) }, 'sticks fail high'],
    ['for encrypted sticks excuses no plain one', {}, emergency, 'sticks fail high'],
    ['for encrypted sticks excuses an encrypted one', { encrypted: true }, emergency, 'sticks exempt'],
    ['may be for encrypted ones by itself', {}, { scope: { sticks: ['S1'], encryptedOnly: true } }, 'sticks fail high'],
  ])('%s', (_, which, given, expected) => {
    const seen = { observations: stick(which), authorisations: [authorisation(given)] };
    expect(outcome(purposes, seen)).toEqual([expected]);
  });
});

describe('times to lock by place', () => {
  const locks = policy(
    `  - { id: lock, ${says}, check: screen-lock, require: { within: { onSite: PT15M, offSite: PT5M } } }`,
  );
  it.each([
    ['ten minutes in the office', 600, laptop, 'lock pass'],
    ['ten minutes at home', 600, elsewhere, 'lock fail high'],
    ['ten minutes somewhere', 600, somewhere, 'lock unknown'],
    ['two minutes somewhere', 120, somewhere, 'lock pass'],
    ['never, somewhere', null, somewhere, 'lock fail high'],
  ])('%s', (_, seconds, device, expected) =>
    expect(outcome(locks, { observations: locking(seconds), device })).toEqual([expected]),
  );
});

describe('times to install by severity', () => {
  const times = policy(
    `  - { id: updates, ${says}, check: patches, require: { installWithin: { critical: P2D, high: P14D, medium: P30D } } }`,
  );
  it.each([
    ['critical', 1, 'pass'],
    ['critical', 3, 'fail high'],
    ['high', 3, 'pass'],
    ['high', 15, 'fail high'],
    ['medium', 29, 'pass'],
    ['medium', 31, 'fail high'],
    ['low', 900, 'pass'],
    ['unknown', 900, 'pass'],
  ])('%s after %i days: %s', (severity, days, expected) =>
    expect(outcome(times, { observations: missing(severity, days) })).toEqual([`updates ${expected}`]),
  );
});

describe('printing at home that is declared', () => {
  const declared = policy(
    `  - { id: print, ${says}, check: printing, require: { homePrinting: declare, councilPrinters: ['ipp://*.council.test*'], unknownQueues: ignore } }`,
  );
  it.each([
    ['asks about a printer at home', printed(), 'print fail low'],
    [
      'asks nothing about the council’s',
      printed({ target: 'ipp://p1.council.test/q', reach: 'network' }),
      'print pass',
    ],
    ['asks nothing about a file', printed({ target: 'cups-pdf:/', reach: 'file' }), 'print pass'],
  ])('%s', (_, observations, expected) =>
    expect(outcome(declared, { observations, device: elsewhere }).at(-1)).toBe(expected),
  );
});

describe('a list of countries', () => {
  const abroad = policy(`  - id: abroad
    ${says.replaceAll(', ', '\n    ')}
    check: location
    require: { countries: [GB, IE] }
    exemptions: [{ kind: overseas, approver: director, maximum: P30D }]
`);
  const [rule] = abroad.rules;
  const inFrance = state({ severity: 'high', now: NOON }, 'fail', { observed: { appearsToBeIn: 'FR' } });
  const given = (from: number, countries: string[]) =>
    authorisation({ kind: 'overseas', validFrom: iso(from), scope: { countries } });
  it.each([
    ['excuses the country that is named', given(NOON - DAY, ['FR']), 'exempt'],
    ['excuses no other', given(NOON - DAY, ['ES']), 'fail'],
    ['is capped in days by the rule, whatever its own end', given(NOON - 31 * DAY, ['FR']), 'fail'],
  ])('an authorisation %s', (_, one, expected) => {
    if (rule === undefined) throw new Error('no rule');
    expect(excused(rule, inFrance, [one], NOON).verdict).toBe(expected);
  });

  it('is judged by the server: a device says nothing of it', () => {
    expect(outcome(abroad, { observations: {} })).toEqual([]);
  });
});

describe('an overseas list and day cap', () => {
  const abroad = policy(`  - id: abroad
    ${says.replaceAll(', ', '\n    ')}
    check: location
    require: { countries: [GB, IE] }
    exemptions: [{ kind: overseas, approver: director, maximum: P14D, maximumInYear: P28D }]
`);
  const cap = daysInYear(abroad.rules[0]?.exemptions?.[0]?.maximumInYear ?? '');
  const stay = (from: string, to: string): DaySpan => ({ first: dayNumber(from), last: dayNumber(to) });
  const held = [stay('2026-06-01', '2026-06-14'), stay('2026-12-20', '2026-12-29')];
  it.each([
    ['four days more fit', stay('2027-02-01', '2027-02-04'), true],
    ['a fifth does not', stay('2027-02-01', '2027-02-05'), false],
    ['days that are held anyway take nothing', stay('2026-06-03', '2026-06-14'), true],
    ['what is a year ago counts no longer', stay('2027-06-15', '2027-06-28'), true],
    ['what is not quite a year ago does', stay('2027-05-25', '2027-06-05'), false],
    ['those before it count as well', stay('2026-05-20', '2026-05-24'), false],
  ])('%s', (_, wanted, expected) => expect(fitsYear(held, wanted, cap)).toBe(expected));

  it('excuses as one without a cap: the days are counted where one is given', () => {
    const [rule] = abroad.rules;
    if (rule === undefined) throw new Error('no rule');
    const inFrance = state({ severity: 'high', now: NOON }, 'fail', { observed: { appearsToBeIn: 'FR' } });
    const one = authorisation({ kind: 'overseas', scope: { countries: ['FR'] } });
    expect(excused(rule, inFrance, [one], NOON).verdict).toBe('exempt');
  });
});

describe('two populations', () => {
  const both =
    policy(`  - { id: staff, ${says}, check: removable-media, require: { allow: none }, covers: { populations: [employee, temporary] } }
  - { id: members, ${says}, check: removable-media, require: { allow: encrypted }, covers: { populations: [councillor] } }
`);
  it.each([
    ['employee' as const, ['staff fail high']],
    ['councillor' as const, ['members pass']],
    ['contractor' as const, []],
    [null, ['staff unknown', 'staff unknown', 'members unknown', 'members unknown']],
  ])('%s', (population, expected) => {
    const seen = { observations: stick({ encrypted: true }), device: { ...laptop, population } };
    expect(outcome(both, seen)).toEqual(expected);
  });
});

describe('a grace that counts connected time', () => {
  it('changes no verdict: the server counts it', () => {
    const grace = policy(
      `  - { id: lock, ${says}, check: screen-lock, require: { within: PT5M }, grace: PT8H, graceCounts: connected }`,
    );
    expect(grace.rules[0]).toMatchObject({ grace: 'PT8H', graceCounts: 'connected' });
    expect(outcome(grace, { observations: locking(600) })).toEqual(['lock fail high']);
  });
});

describe('a rule that moves from observe to report for one group', () => {
  const rule = (id: string, mode: string, covers: string) =>
    `  - { id: ${id}, ${says}, check: removable-media, require: { allow: none }, mode: ${mode}, covers: ${covers} }\n`;
  const first = policy(rule('sticks', 'observe', '{ location: any }'));
  const second = policy(
    rule('sticks', 'observe', '{ location: any }') + rule('sticks-first', 'report', '{ groups: [Housing] }'),
    '2',
  );
  const policies = [
    { from: NOON - 10 * DAY, policy: first },
    { from: NOON - DAY, policy: second },
  ];
  const modesOf = (groups: readonly string[], at: number) =>
    evaluateOver({
      policies,
      device: { ...laptop, groups },
      observations: new Map(Object.entries(stick({ at }))),
      since: new Map(),
      now: NOON,
    })
      .filter(({ kind, verdict }) => kind === 'event' && verdict === 'fail')
      .map(({ rule: { id, mode }, policyVersion }) => `${id} ${mode} ${policyVersion}`);

  it.each([
    ['what the group does now is reported', ['Housing'], NOON, ['sticks observe 2', 'sticks-first report 2']],
    ['what others do is counted', ['Planning'], NOON, ['sticks observe 2']],
    ['what the group did before is judged by the version of then', ['Housing'], NOON - 2 * DAY, ['sticks observe 1']],
  ])('%s', (_, groups, at, expected) => expect(modesOf(groups, at)).toEqual(expected));
});
