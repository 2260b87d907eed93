import { endsState, FindingBody, type Rule, type RuleJudgement, stateDigest } from '@beadle/shared';
import fc from 'fast-check';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { type Body, findTransitions, writeBody } from '../../src/cycle/transitions.ts';
import { enrolledStore, seededRandom } from '../support.ts';

const rule = (id: string): Rule => ({
  id,
  clause: '5.9',
  says: 'Words.',
  check: 'disk-encryption',
  require: {},
  severity: 'high',
});

const judgement = (
  id: string,
  subject: string,
  verdict: RuleJudgement['verdict'],
  kind: RuleJudgement['kind'] = 'state',
): RuleJudgement => ({
  rule: rule(id),
  subject,
  kind,
  at: 0,
  verdict,
  ...(verdict === 'unknown' ? { reason: 'access-denied' as const } : {}),
  severity: 'high',
  observed: {},
});

const situation = (
  judgements: RuleJudgement[],
  { policyVersion = '1', ...more }: { policyVersion?: string; rules?: ReadonlySet<string> } = {},
) => ({
  judgements: judgements.map((one) => ({ ...one, policyVersion })),
  policyVersion,
  rules: new Set(['a', 'b']),
  now: 1_000,
  ...more,
});

describe('a cycle', () => {
  it('says a verdict once, again when it changes, and nothing while it stays', () => {
    const { memory } = enrolledStore();
    const seen = (verdict: RuleJudgement['verdict']) =>
      findTransitions(memory, situation([judgement('a', '/', verdict)])).map((body) => body.verdict);
    expect([seen('pass'), seen('pass'), seen('fail'), seen('fail'), seen('pass')]).toEqual([
      ['pass'],
      [],
      ['fail'],
      [],
      ['pass'],
    ]);
  });

  it('keeps the time since when a verdict holds, through a new version of the policy', () => {
    const { memory } = enrolledStore();
    findTransitions(memory, situation([{ ...judgement('a', '/', 'fail'), at: 5_000 }]));
    const [body] = findTransitions(
      memory,
      situation([{ ...judgement('a', '/', 'fail'), at: 9_000 }], { policyVersion: '2' }),
    );
    expect(body).toMatchObject({ verdict: 'fail', at: '1970-01-01T00:00:05.000Z', policyVersion: '2' });
  });

  it('says by which authorisation it is exempt from now on, where another follows on one that has lapsed', () => {
    const { memory } = enrolledStore();
    const told = (authorisation: string) =>
      findTransitions(memory, situation([{ ...judgement('a', '/', 'exempt'), observed: { authorisation } }])).map(
        ({ observed }) => observed['authorisation'],
      );
    expect([told('AU-1'), told('AU-1'), told('AU-2'), told('AU-2')]).toEqual([['AU-1'], [], ['AU-2'], []]);
    expect(JSON.parse(memory.states()[0]?.observed ?? '')).toEqual({ authorisation: 'AU-2' });
  });

  it('says that a subject is gone, and that a rule has ended', () => {
    const { memory } = enrolledStore();
    findTransitions(
      memory,
      situation([judgement('a', '/', 'pass'), judgement('a', '/home', 'fail'), judgement('b', 'device', 'pass')]),
    );
    const gone = findTransitions(memory, situation([judgement('a', '/', 'pass')], { rules: new Set(['a']) }));
    expect(gone.map(({ subject, verdict, reason }) => ({ subject, verdict, reason }))).toEqual([
      { subject: '/home', verdict: 'not-applicable', reason: 'gone' },
      { subject: 'device', verdict: 'not-applicable', reason: 'rule-ended' },
    ]);
  });

  it('makes what it can no longer see unknown, never gone', () => {
    const { memory } = enrolledStore();
    findTransitions(memory, situation([judgement('a', '/', 'fail')]));
    const blind = findTransitions(memory, situation([judgement('a', 'device', 'unknown')]));
    expect(blind).toContainEqual(
      expect.objectContaining({ subject: '/', verdict: 'unknown', reason: 'access-denied' }),
    );
  });

  it('leaves alone what was not looked at', () => {
    const { memory } = enrolledStore();
    findTransitions(memory, situation([judgement('a', '/', 'fail'), judgement('b', 'device', 'pass')]));
    expect(findTransitions(memory, situation([judgement('b', 'device', 'pass')]))).toEqual([]);
  });

  it('sends no event that is allowed: it is nobody’s business', () => {
    const { memory } = enrolledStore();
    const events = [
      judgement('a', 'council-printer', 'pass', 'event'),
      judgement('a', 'home-printer', 'fail', 'event'),
    ];
    expect(findTransitions(memory, situation(events)).map(({ subject }) => subject)).toEqual(['home-printer']);
  });
});

const verdict = fc.constantFrom('pass', 'fail', 'unknown', 'not-applicable' as const);
const round = fc.record({
  judgements: fc.uniqueArray(
    fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('device', '/', '/home', 'C:'), verdict),
    { selector: ([id, subject]) => `${id}/${subject}`, maxLength: 6 },
  ),
  rules: fc.constantFrom<string[][]>(['a', 'b'], ['a'], ['b']),
  policyVersion: fc.constantFrom('1', '2'),
});

/** What a server makes of findings: the last state of each rule and subject. */
function replay(states: Map<string, Body>, bodies: readonly Body[]): void {
  for (const body of bodies) {
    const key = JSON.stringify([body.rule, body.subject]);
    if (endsState(body.verdict, body.reason)) states.delete(key);
    else states.set(key, body);
  }
}

describe('findings', () => {
  it('are enough to know what holds on the device, whatever happens to it', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 12 }), (rounds) => {
        const { memory } = enrolledStore();
        const states = new Map<string, Body>();
        for (const { judgements, rules, policyVersion } of rounds) {
          const judged = judgements
            .filter(([id]) => rules.includes(id))
            .map(([id, subject, told]) => judgement(id, subject, told));
          replay(states, findTransitions(memory, situation(judged, { rules: new Set(rules), policyVersion })));
          expect(stateDigest([...states.values()])).toBe(memory.digest());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('always fit their form, however odd a subject or what was seen', () => {
    const observed = fc.dictionary(
      fc.string(),
      fc.oneof(fc.string({ maxLength: 2000 }), fc.integer(), fc.boolean(), fc.constant(null)),
    );
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 2000 }), observed, (subject, seen) => {
        const body: Body = {
          rule: 'a',
          clause: '1',
          check: 'printing',
          subject,
          kind: 'event',
          at: '2026-11-23T09:00:00.000Z',
          verdict: 'fail',
          severity: 'low',
          observed: seen,
          policyVersion: '1',
        };
        const written: unknown = JSON.parse(Buffer.from(writeBody(body, seededRandom('x'))).toString());
        expect(Value.Check(FindingBody, written)).toBe(true);
      }),
    );
  });
});
