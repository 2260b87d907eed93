import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after } from '../../src/duration.ts';
import { SEVERITIES } from '../../src/findings/verdict.ts';
import { DEFAULT_DEADLINES, deadlinesOf } from '../../src/policy/deadlines.ts';
import { readPolicy } from '../../src/policy/read.ts';
import { deadlines } from '../arbitrary/deadlines.ts';
import { SHIPPED, shipped } from './policies.ts';

/** The deadlines begin on line 9, each two columns in. */
const withDeadlines = (lines: string) => `beadlePolicy: 1
title: T
organisation: O
version: "1"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
deadlines:
  ${lines}
rules: []
`;

function errorsOf(lines: string): string[] {
  const reading = readPolicy(withDeadlines(lines));
  return reading.ok
    ? []
    : reading.errors.map(({ line, column, path, expected }) => `${line}:${column}: ${path}: expected ${expected}`);
}

describe('deadlines', () => {
  it.each([
    'acknowledge: { critical: { within: PT30M, counts: clock }, low: none }',
    'acknowledge: { medium: { within: P3D, counts: working }, high: { within: PT90M, counts: working } }',
    'escalate: []',
    'escalate: [{ to: deputy, after: PT0S, counts: working }, { to: director, after: P1D, counts: working }]',
    'outOfHours: []',
    'outOfHours: [{ severities: [critical, high], confirmedBy: person }, { kinds: [lost] }]',
    'regulator: [{ name: initial, within: PT24H }, { name: article-33, within: PT48H }]',
  ])('may say %s', (lines) => expect(errorsOf(lines)).toEqual([]));

  it.each<[string, string, string]>([
    [
      'a part that there is not',
      'acknowledged: {}',
      '9:3: deadlines.acknowledged: expected no key "acknowledged"; the keys here are acknowledge, escalate, outOfHours, regulator',
    ],
    [
      'a severity that there is not',
      'acknowledge: { urgent: none }',
      '9:18: deadlines.acknowledge.urgent: expected no key "urgent"; the keys here are info, low, medium, high, critical',
    ],
    [
      'a time without what it counts',
      'acknowledge: { high: { within: PT4H } }',
      '9:24: deadlines.acknowledge.high.counts: expected the key "counts"',
    ],
    [
      'a time that is none',
      'acknowledge: { high: { within: 4 hours, counts: working } }',
      '9:34: deadlines.acknowledge.high.within: expected an ISO 8601 duration such as P14D or PT10M',
    ],
    [
      'no time at all',
      'acknowledge: { high: { within: PT0S, counts: working } }',
      '9:34: deadlines.acknowledge.high.within: expected a duration longer than no time',
    ],
    [
      'a word in the place of none',
      'acknowledge: { info: never }',
      '9:24: deadlines.acknowledge.info: expected none, or a mapping with within and counts',
    ],
    [
      'a working month',
      'acknowledge: { low: { within: P1M, counts: working } }',
      '9:33: deadlines.acknowledge.low.within: expected working days such as P2D, or working hours such as PT4H',
    ],
    [
      'working days and hours at once',
      'acknowledge: { low: { within: P1DT4H, counts: working } }',
      '9:33: deadlines.acknowledge.low.within: expected working days such as P2D, or working hours such as PT4H',
    ],
    [
      'more than a working year',
      'escalate: [{ to: siro, after: P261D, counts: working }]',
      '9:33: deadlines.escalate[0].after: expected at most P260D or PT2080H of working time',
    ],
    [
      'more than a year',
      'acknowledge: { low: { within: P2Y, counts: clock } }',
      '9:33: deadlines.acknowledge.low.within: expected at most P366D',
    ],
    [
      'a role that there is not',
      'escalate: [{ to: mayor, after: PT4H, counts: working }]',
      '9:20: deadlines.escalate[0].to: expected deputy, or a role, one of information-security-team-leader, security-analyst, ict-administrator, ict-operator, siro, data-protection-officer, director, assistant-director, information-asset-owner, line-manager, monitoring-officer, insurance-officer, auditor, worker',
    ],
    [
      'a way of counting that there is not',
      'escalate: [{ to: siro, after: PT4H, counts: business }]',
      '9:47: deadlines.escalate[0].counts: expected clock or working',
    ],
    [
      'an exception for everything',
      'outOfHours: [{}]',
      '9:16: deadlines.outOfHours[0]: expected one of kinds, severities or confirmedBy',
    ],
    [
      'a kind that there is not',
      'outOfHours: [{ kinds: [mislaid] }]',
      '9:26: deadlines.outOfHours[0].kinds[0]: expected one of lost, stolen, removable-media, printing, sent-to-the-wrong-person, unauthorised-access, malware, not-up-to-date, paper, abroad, other',
    ],
    [
      'more time than Article 33 gives',
      'regulator: [{ name: article-33, within: PT73H }]',
      '9:43: deadlines.regulator[0].within: expected at most PT72H, as Article 33 of the UK GDPR has it',
    ],
    [
      'one name for two',
      'regulator: [{ name: initial, within: PT24H }, { name: initial, within: PT12H }]',
      '9:57: deadlines.regulator[1].name: expected a name that is not listed above, not "initial"',
    ],
    [
      "a regulator's clock that stops at night",
      'regulator: [{ name: initial, within: PT24H, counts: working }]',
      '9:47: deadlines.regulator[0].counts: expected no key "counts"; the keys here are name, within',
    ],
  ])('refuse %s', (_, lines, error) => expect(errorsOf(lines)).toEqual([error]));

  it('are those of the defaults where a policy says nothing', () => {
    expect(deadlinesOf({})).toEqual(DEFAULT_DEADLINES);
    for (const name of SHIPPED) expect(deadlinesOf(shipped(name))).toEqual(DEFAULT_DEADLINES);
  });

  it('keep the defaults of each severity that a policy leaves out', () => {
    const { acknowledge } = deadlinesOf({ deadlines: { acknowledge: { low: 'none' } } });
    expect(acknowledge).toEqual({ ...DEFAULT_DEADLINES.acknowledge, low: 'none' });
  });

  it('have Article 33 beside what a policy adds, once', () => {
    const of = (...regulator: { name: string; within: string }[]) =>
      deadlinesOf({ deadlines: { regulator } }).regulator;
    const initial = { name: 'initial', within: 'PT24H' };
    expect(of(initial)).toEqual([{ name: 'article-33', within: 'PT72H' }, initial]);
    expect(of({ name: 'article-33', within: 'PT48H' })).toEqual([{ name: 'article-33', within: 'PT48H' }]);
  });

  it('are whole whatever part of them a policy sets, and never give more than 72 hours', () => {
    fc.assert(
      fc.property(deadlines, (some) => {
        const { acknowledge, regulator } = deadlinesOf({ deadlines: some });
        expect(Object.keys(acknowledge).toSorted()).toEqual(SEVERITIES.toSorted());
        expect(regulator.some(({ within }) => after(0, within) <= after(0, 'PT72H'))).toBe(true);
      }),
    );
  });
});
