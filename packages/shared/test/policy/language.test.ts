import fc from 'fast-check';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { policySchema } from '../../../../scripts/policy-schema.ts';
import { Compile } from 'typebox/schema';
import { evaluate, type EvaluateInput, type RuleJudgement } from '../../src/evaluate.ts';
import { timedConditions } from '../../src/checks/observation.ts';
import { FindingBody } from '../../src/findings/finding.ts';
import { coverageOfPolicy } from '../../src/policy/coverage.ts';
import { rulesOf } from '../../src/policy/document.ts';
import { readPolicy } from '../../src/policy/read.ts';
import { iso } from '../../src/ports.ts';
import { NOON } from '../devices.ts';
import { devices, observations, policies } from '../arbitrary/policy.ts';

describe('any policy', () => {
  const published = Compile(JSON.parse(policySchema()));

  it('written as YAML is read as itself, and fits the published schema', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(readPolicy(stringify(policy, { version: '1.2' }))).toEqual({ ok: true, policy });
        expect(readPolicy(JSON.stringify(policy))).toEqual({ ok: true, policy });
        expect(published.Check(policy)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('accounts for each of its clauses once', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const named = [...policy.rules, ...(policy.clauses ?? [])].map(({ clause }) => clause);
        const accounted = coverageOfPolicy(policy).map(({ clause }) => clause);
        expect(accounted.toSorted()).toEqual([...new Set(named)].toSorted());
      }),
    );
  });
});

const inputs: fc.Arbitrary<EvaluateInput> = fc
  .record({ policy: policies, device: devices, observations, sinceAgo: fc.nat(400 * 86_400_000) })
  .map(({ sinceAgo, ...rest }) => {
    const since = timedConditions(rest.observations).map((name) => [name, NOON - sinceAgo] as const);
    return { ...rest, since: new Map(since), now: NOON };
  });

const body = ({ rule, at, ...judgement }: RuleJudgement) => ({
  salt: 'A'.repeat(22),
  rule: rule.id,
  clause: rule.clause,
  check: rule.check,
  policyVersion: '1',
  ...judgement,
  at: iso(at),
});

describe('an evaluation', () => {
  it('never throws on what fits its schemas, and what comes out can travel', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const wrong = evaluate(input).filter((judgement) => !Value.Check(FindingBody, body(judgement)));
        expect(wrong.map((judgement) => [...Value.Errors(FindingBody, body(judgement))])).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it('says the same of a rule wherever it stands and whatever stands beside it', () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (input, dice) => {
        const whole = evaluate(input);
        const ranked = input.policy.rules.map((rule) => ({ rule, rank: dice.next().value ?? 0 }));
        const shuffled = ranked.toSorted((a, b) => a.rank - b.rank).map(({ rule }) => rule);
        const ofRule = (all: readonly RuleJudgement[], id: string) => all.filter(({ rule }) => rule.id === id);
        const moved = evaluate({ ...input, policy: { ...input.policy, rules: shuffled } });
        for (const { id, check } of rulesOf(input.policy)) {
          expect(ofRule(moved, id)).toEqual(ofRule(whole, id));
          const alone = input.policy.rules.filter((rule) => rule.id === id);
          if (check === 'agent-health') continue;
          const single = evaluate({ ...input, policy: { ...input.policy, rules: alone } });
          expect(ofRule(single, id)).toEqual(ofRule(whole, id));
        }
      }),
      { numRuns: 120 },
    );
  });
});
