import { IMPLIED_AGENT_HEALTH, type PolicyDocument } from './document.ts';
import type { Problem } from './expectation.ts';

const dateExists = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};

/** What a schema cannot say: that ids differ, that a date exists, and that one comes after another. */
export function meaningProblems(policy: PolicyDocument): Problem[] {
  const dates = (['effectiveFrom', 'reviewBy'] as const).flatMap((key): Problem[] =>
    dateExists(policy[key]) ? [] : [{ path: [key], at: 'value', expected: 'a date that exists' }],
  );
  const backwards: Problem[] =
    dates.length === 0 && policy.reviewBy < policy.effectiveFrom
      ? [{ path: ['reviewBy'], at: 'value', expected: 'a date on or after effectiveFrom' }]
      : [];
  const taken = policy.rules.flatMap(({ id, check }, index): Problem[] =>
    id === IMPLIED_AGENT_HEALTH.id && check !== 'agent-health'
      ? [
          {
            path: ['rules', index, 'id'],
            at: 'value',
            expected: `another id: "${id}" is the rule that applies by itself`,
          },
        ]
      : [],
  );
  return [
    ...dates,
    ...backwards,
    ...taken,
    ...repeated(policy.rules, 'rules', 'id', 'an id that no other rule has'),
    ...repeated(policy.clauses ?? [], 'clauses', 'clause', 'a clause that is not listed above'),
  ];
}

function repeated<K extends string>(
  entries: readonly Record<K, string>[],
  list: string,
  key: K,
  expected: string,
): Problem[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index): Problem[] => {
    const again = seen.has(entry[key]);
    seen.add(entry[key]);
    return again
      ? [{ path: [list, index, key], at: 'value', expected: `${expected}, not ${JSON.stringify(entry[key])}` }]
      : [];
  });
}
