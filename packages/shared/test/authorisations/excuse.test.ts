import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Authorisation, AuthorisationScope } from '../../src/authorisations/authorisation.ts';
import { excused, excuseFor } from '../../src/authorisations/excuse.ts';
import { after } from '../../src/duration.ts';
import type { Observation } from '../../src/checks/observation.ts';
import { evaluate, type EvaluateInput, type RuleJudgement } from '../../src/evaluate.ts';
import type { Judgement } from '../../src/findings/finding.ts';
import { known, unknown, VERDICTS } from '../../src/findings/verdict.ts';
import type { Rule } from '../../src/policy/document.ts';
import { iso } from '../../src/ports.ts';
import { DAY, laptop, NOON } from '../devices.ts';
import { dacorum } from '../policy/policies.ts';

const rule = (check: string, exemptions: Rule['exemptions'], id = 'r'): Rule => ({
  id,
  clause: '5.9',
  says: 'S',
  check,
  require: {},
  severity: 'high',
  ...(exemptions === undefined ? {} : { exemptions }),
});

const exemption = (kind: string, maximum = 'P90D') => ({ kind, approver: 'siro' as const, maximum });
const STICKS = rule('removable-media', [exemption('stick')]);

const failing = (given: Partial<Judgement> = {}): Judgement => ({
  subject: 'S1',
  kind: 'event',
  at: NOON,
  verdict: 'fail',
  severity: 'high',
  observed: { serial: 'S1', encrypted: true },
  ...given,
});

const authorisation = (given: Partial<Authorisation> = {}): Authorisation => ({
  ref: 'AU-2026-000001',
  kind: 'stick',
  validFrom: iso(NOON - DAY),
  validTo: iso(NOON + DAY),
  scope: { sticks: ['s1'], encryptedOnly: true },
  ...given,
});

const CHECKS = [
  'removable-media',
  'printing',
  'software',
  'accounts',
  'location',
  'disk-encryption',
  'patches',
] as const;

/** Few values, so that they meet: what is named is often what was seen. */
const word = fc.constantFrom('s1', 'S1', 'other', '*', 'GB');
const words = fc.option(fc.array(word, { minLength: 1, maxLength: 2 }), { nil: undefined });
const scopes: fc.Arbitrary<AuthorisationScope> = fc
  .record({
    rules: fc.option(fc.constant(['r']), { nil: undefined }),
    sticks: words,
    encryptedOnly: fc.option(fc.boolean(), { nil: undefined }),
    printers: words,
    software: words,
    accounts: words,
    countries: words,
  })
  .map((scope) => Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined)));
const moments = fc.integer({ min: -200, max: 200 }).map((hours) => NOON + hours * 3_600_000);
const authorisations = fc.array(
  fc.record({
    ref: fc.constantFrom('AU-1', 'AU-2', 'AU-3'),
    kind: fc.constantFrom('stick', 'build', 'nothing'),
    validFrom: moments.map(iso),
    validTo: moments.map(iso),
    scope: scopes,
  }),
  { maxLength: 5 },
);
const judgements: fc.Arbitrary<Judgement> = fc.record({
  subject: word,
  kind: fc.constantFrom('state' as const, 'event' as const),
  at: moments,
  verdict: fc.constantFrom(...VERDICTS),
  severity: fc.constant('high' as const),
  observed: fc.record({ serial: word, encrypted: fc.boolean(), target: word, publisher: word, appearsToBeIn: word }),
});
const rules = fc
  .tuple(fc.constantFrom(...CHECKS), fc.constantFrom('PT1H', 'P1D', 'P5D'))
  .map(([check, maximum]) => rule(check, [exemption('stick', maximum), exemption('build', 'P2D')]));

describe('one authorisation more', () => {
  it('turns nothing that was good into anything worse, and no unknown into anything', () => {
    fc.assert(
      fc.property(rules, judgements, authorisations, authorisations, moments, (one, judgement, some, more, at) => {
        const [before, now] = [excused(one, judgement, some, at), excused(one, judgement, [...some, ...more], at)];
        expect(before.verdict === 'fail' ? ['fail', 'exempt'] : [before.verdict]).toContain(now.verdict);
      }),
      { numRuns: 2000 },
    );
  });

  it('changes at most failing judgements of a whole device, to exempt', () => {
    const volume = (state: 'on' | 'off') => ({
      name: 'C:',
      role: 'system',
      state: known(state),
      method: null,
      percent: null,
    });
    const observations = fc.record({
      'disk-encryption': fc.constantFrom<Observation>(
        { facts: known({ volumes: known([volume('on')]) }), events: [] },
        { facts: known({ volumes: known([volume('off')]) }), events: [] },
        { facts: unknown('access-denied'), events: [] },
      ),
      patches: fc.constantFrom<Observation>(
        { facts: unknown('source-failed'), events: [] },
        {
          facts: known({
            missing: known([]),
            listsUpdatedAt: known(NOON),
            restartRequired: known(false),
            system: known({ label: 'x', ends: '2020-01-01' }),
          }),
          events: [],
        },
      ),
    });
    const some = fc.array(
      fc.record({
        ref: fc.constant('AU-1'),
        kind: fc.constantFrom('ict-build', 'late-update', 'paper-at-home'),
        validFrom: moments.map(iso),
        validTo: moments.map(iso),
        scope: fc.constantFrom<AuthorisationScope>({}, { rules: ['laptop-encryption'] }),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(observations, some, (seen, given) => {
        const input: EvaluateInput = {
          policy: dacorum(),
          device: laptop,
          since: new Map(),
          now: NOON,
          observations: new Map(Object.entries(seen)),
        };
        const verdicts = (all: readonly RuleJudgement[]) =>
          all.map(({ rule: { id }, subject, verdict }) => ({ id, subject, verdict }));
        const [without, withThem] = [
          verdicts(evaluate(input)),
          verdicts(evaluate({ ...input, authorisations: given })),
        ];
        const changed = withThem.flatMap((now, index) => {
          const before = without[index]?.verdict;
          return now.verdict === before ? [] : [`${before} to ${now.verdict}`];
        });
        expect(changed.filter((one) => one !== 'fail to exempt')).toEqual([]);
        expect(withThem).toHaveLength(without.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what excuses', () => {
  it('holds at that moment, is of a kind that the rule names, for the rule, and within its longest time', () => {
    fc.assert(
      fc.property(rules, judgements, authorisations, moments, (one, judgement, given, at) => {
        const excuse = excuseFor(one, judgement, given, at);
        if (excuse === undefined) return;
        const from = Date.parse(excuse.validFrom);
        const longest = (one.exemptions ?? []).find(({ kind }) => kind === excuse.kind)?.maximum ?? 'PT0S';
        expect(judgement.verdict).toBe('fail');
        expect(from).toBeLessThanOrEqual(at);
        expect(at).toBeLessThan(Date.parse(excuse.validTo));
        expect(at).toBeLessThan(after(from, longest));
        expect(excuse.scope.rules ?? [one.id]).toContain(one.id);
      }),
      { numRuns: 3000 },
    );
  });

  it('does so from its beginning until, and not at, its end', () => {
    const one = [authorisation()];
    const verdictAt = (at: number) => excused(STICKS, failing(), one, at).verdict;
    expect([NOON - DAY - 1, NOON - DAY, NOON + DAY - 1, NOON + DAY].map(verdictAt)).toEqual([
      'fail',
      'exempt',
      'exempt',
      'fail',
    ]);
  });

  it('is cut where it is longer than the rule gives', () => {
    const short = rule('removable-media', [exemption('stick', 'PT2H')]);
    const long = [authorisation({ validFrom: iso(NOON), validTo: iso(NOON + 300 * DAY) })];
    const verdictAt = (hours: number) => excused(short, failing(), long, NOON + hours * 3_600_000).verdict;
    expect([verdictAt(0), verdictAt(1.999), verdictAt(2)]).toEqual(['exempt', 'exempt', 'fail']);
  });

  it.each<[string, Authorisation]>([
    ['of another kind', authorisation({ kind: 'printing' })],
    ['for another stick', authorisation({ scope: { sticks: ['S2'] } })],
    ['for no stick by name', authorisation({ scope: {} })],
    ['for other rules', authorisation({ scope: { sticks: ['S1'], rules: ['another'] } })],
    ['not yet begun', authorisation({ validFrom: iso(NOON + 1) })],
    ['over', authorisation({ validTo: iso(NOON) })],
    ['revoked, and so told with that moment as its end', authorisation({ validTo: iso(NOON - 3_600_000) })],
  ])('is not one that is %s', (_, one) => {
    expect(excuseFor(STICKS, failing(), [one], NOON)).toBeUndefined();
  });

  it.each([
    ['seen not to be encrypted', { serial: 'S1', encrypted: false }],
    ['not seen to be encrypted', { serial: 'S1' }],
    ['without a serial number', { encrypted: true }],
  ])('is not one for encrypted sticks where the stick is %s', (_, observed) => {
    expect(excuseFor(STICKS, failing({ observed }), [authorisation()], NOON)).toBeUndefined();
  });

  it.each<[string, Judgement['observed'], AuthorisationScope, AuthorisationScope]>([
    ['printing', { target: 'ipp://HomePrinter' }, { printers: ['*homeprinter'] }, { printers: ['ipp://office*'] }],
    ['software', { publisher: 'Acme Ltd' }, { software: ['acme*'] }, { software: ['*tool'] }],
    ['location', { appearsToBeIn: 'FR' }, { countries: ['FR'] }, { countries: ['DE'] }],
    ['accounts', {}, { accounts: ['s1 '] }, { accounts: ['s2'] }],
    ['disk-encryption', {}, {}, { rules: ['another'] }],
  ])('names what a check is about: %s', (check, observed, fits, fitsNot) => {
    const of = rule(check, [exemption('stick')]);
    const verdictOf = (scope: AuthorisationScope) =>
      excused(of, failing({ observed }), [authorisation({ scope })], NOON).verdict;
    expect([verdictOf(fits), verdictOf(fitsNot)]).toEqual(['exempt', 'fail']);
  });

  it('stands with its reference in what was observed', () => {
    expect(excused(STICKS, failing(), [authorisation()], NOON)).toMatchObject({
      verdict: 'exempt',
      reason: 'authorised',
      observed: { authorisation: 'AU-2026-000001', serial: 'S1' },
    });
  });
});

describe('a clock that was put back', () => {
  const volume = { name: 'C:', role: 'system', state: known('off'), method: null, percent: null };
  const verdictAt = (now: number, reached: number) =>
    evaluate({
      policy: {
        ...dacorum(),
        rules: [{ ...rule('disk-encryption', [exemption('stick')]), require: { protection: 'on' } }],
      },
      device: laptop,
      since: new Map(),
      now,
      reached,
      authorisations: [authorisation({ scope: {} })],
      observations: new Map([['disk-encryption', { facts: known({ volumes: known([volume]) }), events: [] }]]),
    }).find(({ rule: { id } }) => id === 'r')?.verdict;

  it('makes no authorisation hold longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 * DAY }), fc.nat(20 * DAY), (past, back) => {
        const reached = NOON + DAY + past;
        expect(verdictAt(reached - back, reached)).not.toBe('exempt');
      }),
      { numRuns: 200 },
    );
    expect(verdictAt(NOON, NOON)).toBe('exempt');
  });
});
