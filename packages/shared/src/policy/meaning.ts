import { after } from '../duration.ts';
import { deadlineProblems } from './deadlines-meaning.ts';
import { daysInYear, IMPLIED_AGENT_HEALTH, type PolicyDocument, type Rule, YEAR_DAYS } from './document.ts';
import type { Problem } from './expectation.ts';

const dateExists = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};

function dateProblems(policy: PolicyDocument): Problem[] {
  const missing = (['effectiveFrom', 'reviewBy'] as const).flatMap((key): Problem[] =>
    dateExists(policy[key]) ? [] : [{ path: [key], at: 'value', expected: 'a date that exists' }],
  );
  if (missing.length > 0 || policy.reviewBy >= policy.effectiveFrom) return missing;
  return [{ path: ['reviewBy'], at: 'value', expected: 'a date on or after effectiveFrom' }];
}

function takenId({ id, check }: Rule, index: number): Problem[] {
  if (id !== IMPLIED_AGENT_HEALTH.id || check === 'agent-health') return [];
  const expected = `another id: "${id}" is the rule that applies by itself`;
  return [{ path: ['rules', index, 'id'], at: 'value', expected }];
}

/** Of these a rule must name one at least: by an empty list nothing could ever pass, and left out it demands nothing. */
const NEEDS_ONE = ['methods', 'wifi', 'countries'];

function emptyLists({ require }: Rule, index: number): Problem[] {
  return NEEDS_ONE.filter((name) => Array.isArray(require[name]) && require[name].length === 0).map((name) => ({
    path: ['rules', index, 'require', name],
    at: 'value',
    expected: 'a list with something in it: leave the key out to demand nothing',
  }));
}

const isCap = (maximumInYear: string): boolean =>
  daysInYear(maximumInYear) > 0 && daysInYear(maximumInYear) < YEAR_DAYS;

function exemptionProblems({ exemptions = [], check }: Rule, index: number): Problem[] {
  const place = (at: number, key: string) => ['rules', index, 'exemptions', at, key] as const;
  const each = exemptions.flatMap(({ maximum, maximumInYear, encryptedOnly }, at): Problem[] => [
    ...(after(0, maximum) > 0
      ? []
      : [{ path: place(at, 'maximum'), at: 'value' as const, expected: 'a duration longer than no time' }]),
    ...(maximumInYear === undefined || isCap(maximumInYear)
      ? []
      : [
          {
            path: place(at, 'maximumInYear'),
            at: 'value' as const,
            expected: `from P1D to P${YEAR_DAYS - 1}D: none at all is a rule without this exemption, and more is no limit`,
          },
        ]),
    ...(encryptedOnly === undefined || check === 'removable-media'
      ? []
      : [
          {
            path: place(at, 'encryptedOnly'),
            at: 'key' as const,
            expected: 'encryptedOnly only under removable-media',
          },
        ]),
  ]);
  const twice = repeated(
    exemptions,
    ['rules', index, 'exemptions'],
    'kind',
    'a kind that this rule has not named above',
  );
  return [...each, ...twice];
}

/** What a schema cannot say: that ids differ, that a date exists, and that one comes after another. */
export function meaningProblems(policy: PolicyDocument): Problem[] {
  const ofRules = [takenId, emptyLists, exemptionProblems].flatMap((problems) => policy.rules.flatMap(problems));
  return [
    ...dateProblems(policy),
    ...ofRules,
    ...repeated(policy.rules, ['rules'], 'id', 'an id that no other rule has'),
    ...repeated(policy.clauses ?? [], ['clauses'], 'clause', 'a clause that is not listed above'),
    ...(policy.deadlines === undefined ? [] : deadlineProblems(policy.deadlines)),
  ];
}

function repeated<K extends string>(
  entries: readonly Record<K, string>[],
  list: readonly (string | number)[],
  key: K,
  expected: string,
): Problem[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index): Problem[] => {
    const again = seen.has(entry[key]);
    seen.add(entry[key]);
    return again
      ? [{ path: [...list, index, key], at: 'value', expected: `${expected}, not ${JSON.stringify(entry[key])}` }]
      : [];
  });
}
