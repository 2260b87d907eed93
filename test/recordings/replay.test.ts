import { describe, expect, it } from 'vitest';
import { casesOf, judge, PLATFORMS } from './case.ts';

/** A verdict that says something; whatever else there is must be unknown or not about this device. */
const SAYS = new Set(['pass', 'fail', 'exempt']);
const inWords = (one: { rule: string; subject: string; kind?: string; verdict: string }): string =>
  `${one.rule} | ${one.subject} | ${one.kind ?? 'state'} | ${one.verdict}`;

describe.each(PLATFORMS)('a recording of %s', (platform) => {
  const cases = casesOf(platform);

  it.skipIf(cases.length === 0).each(cases)('$name: $why', async (recorded) => {
    const { findings } = await judge(recorded);
    const named = new Set(recorded.findings.map(inWords));
    // Every pass and fail is expected by name, and every unknown that is named is there.
    const told = findings.filter((one) => SAYS.has(one.verdict) || named.has(inWords(one))).map(inWords);
    expect(told.toSorted(), 'pass and fail, and the unknown that are named').toEqual([...named].toSorted());
    for (const { why: _why, ...expected } of recorded.findings.filter(({ reason }) => reason !== undefined))
      expect(findings).toContainEqual(expect.objectContaining(expected));
  });

  it.skipIf(cases.length === 0).each(cases)('$name names a rule of its policy and a reason for each finding', ({ findings, policy }) => {
    const rules = new Set(policy.rules.map(({ id }) => id));
    expect(findings.filter(({ rule, why }) => !rules.has(rule) || why.length < 5)).toEqual([]);
  });
});
