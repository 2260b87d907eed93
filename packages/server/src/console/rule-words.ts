import { type Duration, durationInWords, type HowKept, modeOf, dutyOf, type Rule } from '@beadle/shared';
import type { Label } from './labels.ts';
import { humanise, roleWords } from './words.ts';

/** How a clause is kept, in words for whoever reads the policy and not its file. */
const HOW: Readonly<Record<HowKept, Label>> = {
  kept: { text: 'Kept by checks', colour: 'green' },
  'kept-in-part': { text: 'Kept in part', colour: 'yellow' },
  record: { text: 'Kept by records', colour: 'blue' },
  response: { text: 'Kept by how breaches are dealt with', colour: 'blue' },
  procedure: { text: 'Kept by people alone', colour: 'grey' },
  later: { text: 'Not served yet', colour: 'orange' },
  off: { text: 'Switched off', colour: 'grey' },
};
export const howWords = (how: HowKept): Label => HOW[how];

const MODES = {
  report: 'What fails is a breach',
  observe: 'What fails is counted and shown, and is no breach yet',
  off: 'Switched off: nothing is checked',
} as const;

const PLACES: Readonly<Record<string, string>> = {
  onSite: 'on the council’s network',
  offSite: 'elsewhere',
  'on-site': 'on the council’s network',
  'off-site': 'off the council’s network',
};

const isDuration = (value: unknown): value is Duration => typeof value === 'string' && /^P(?=\d|T\d)/.test(value);

function demanded(value: unknown): string {
  if (isDuration(value)) return durationInWords(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(demanded).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${PLACES[name] ?? name} ${demanded(one)}`)
    .join(', ');
}

/** A role's name as it stands within a sentence: a title keeps its capitals. */
const withinSentence = (role: string): string =>
  roleWords(role) === humanise(role) ? humanise(role).toLowerCase() : roleWords(role);

/** Whom a rule covers: `laptop, tablet; employee; off the council's network`; undefined where it covers everything. */
function coveredWords({ covers }: Rule): string | undefined {
  const { kinds = [], populations = [], groups = [], location = 'any' } = covers ?? {};
  const parts = [
    kinds.join(', '),
    populations.includes('all') ? '' : populations.join(', '),
    groups.length === 0 ? '' : `the group${groups.length === 1 ? '' : 's'} ${groups.join(', ')}`,
    PLACES[location] ?? '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('; ');
}

function graceWords({ grace, graceCounts }: Rule): string {
  if (grace === undefined || durationInWords(grace) === 'no time') return 'none';
  return graceCounts === 'connected' ? `${durationInWords(grace)} of time with contact` : durationInWords(grace);
}

export interface RuleInWords {
  readonly name: string;
  readonly mode: string;
  readonly lines: readonly { readonly term: string; readonly text: string }[];
}

/** A rule as an auditor reads it: what it demands and of whom, how grave it is, and what can excuse it. */
export function ruleInWords(rule: Rule): RuleInWords {
  const covered = coveredWords(rule);
  const excuses = (rule.exemptions ?? []).map(
    ({ kind, approver, maximum, maximumInYear, encryptedOnly }) =>
      `${humanise(kind)
        .toLowerCase()
        .replaceAll(
          /\bict\b/g,
          'ICT',
        )}, approved by the ${withinSentence(approver)}, for ${durationInWords(maximum)} at most` +
      (maximumInYear === undefined ? '' : `, ${durationInWords(maximumInYear)} of any 365 in all`) +
      (encryptedOnly === true ? ', encrypted only' : ''),
  );
  return {
    name: humanise(rule.id),
    mode: MODES[modeOf(rule)],
    lines: [
      ...Object.entries(rule.require).map(([name, value]) => ({ term: humanise(name), text: demanded(value) })),
      ...(covered === undefined ? [] : [{ term: 'Only for', text: covered }]),
      { term: 'Severity', text: rule.severity },
      { term: 'Grace', text: graceWords(rule) },
      { term: 'To be put right by', text: dutyOf(rule) === 'ict' ? 'ICT' : 'the person who holds the device' },
      ...(excuses.length === 0 ? [] : [{ term: 'Excused by', text: excuses.join('; ') }]),
    ],
  };
}
