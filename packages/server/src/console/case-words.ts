import type { Assessment } from '../breaches/life/assessment.ts';
import { ANSWER_WORDS, CATEGORY_WORDS, CERTAINTY_WORDS, FACTOR_WORDS, PLACE_WORDS, wordOf } from './breach-words.ts';
import { humanise, isTime, moment, told } from './words.ts';
import { labelOf } from './labels.ts';

export interface Line {
  readonly label: string;
  readonly text: string;
}

const ASSESSED: Readonly<Record<string, string>> = {
  personalData: 'Information about living people',
  riskLikely: 'A risk to them is likely',
  highRisk: 'That risk is high',
  specialCategory: 'Special category information',
  childrenOrVulnerable: 'Children or vulnerable people',
  people: 'People affected, about',
  records: 'Records involved, about',
  consequences: 'Likely consequences',
  severity: 'How serious',
  reasons: 'Why',
};

function assessedText(name: string, value: unknown): string {
  if (name === 'severity' && typeof value === 'string') return labelOf('severity', value).text;
  return typeof value === 'string' ? wordOf(ANSWER_WORDS, value) : told(value);
}

/** An assessment as people read it: its factors, its answers, what follows. */
export function assessmentWords({ factors, ...rest }: Assessment): Line[] {
  return [
    ...Object.entries(factors).map(([name, text]) => ({ label: FACTOR_WORDS[name]?.[0] ?? humanise(name), text })),
    ...Object.entries(ASSESSED).flatMap(([name, label]) => {
      const value = (rest as Readonly<Record<string, unknown>>)[name];
      return value === undefined ? [] : [{ label, text: assessedText(name, value) }];
    }),
  ];
}

const REPORTED: Readonly<Record<string, string>> = {
  by: 'Reported by',
  description: 'What happened',
  certainty: 'How certain',
  category: 'Kind',
  happenedAt: 'When it happened',
  discoveredAt: 'When it was noticed',
  lastSeenAt: 'When it was last seen',
  place: 'Where',
  information: 'Information involved',
  personalData: 'Information about people',
  done: 'What has been done already',
  policeReference: 'Crime reference',
};

const CHOSEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  certainty: CERTAINTY_WORDS,
  category: CATEGORY_WORDS,
  place: PLACE_WORDS,
  personalData: ANSWER_WORDS,
};

function reportedText(name: string, value: unknown): string {
  const words = Object.hasOwn(CHOSEN, name) ? CHOSEN[name] : undefined;
  if (typeof value === 'string' && words !== undefined) return wordOf(words, value);
  return typeof value === 'number' && isTime(value) ? moment(value) : told(value);
}

/** What a person said who reported it, as people read it. */
export function reportedWords(reported: unknown): Line[] {
  if (typeof reported !== 'object' || reported === null) return [{ label: 'Reported', text: told(reported) }];
  return Object.entries(reported)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({
      label: (Object.hasOwn(REPORTED, name) ? REPORTED[name] : undefined) ?? humanise(name),
      text: reportedText(name, value),
    }));
}

const CLOCKS: Readonly<Record<string, string>> = {
  'acknowledgement notified': 'To be acknowledged by',
  'article-33 aware': 'Regulator, from awareness',
  'article-33 reported': 'Regulator, from the first report',
};

/** What a clock is until, in the words of the desk. */
export const clockWords = ({ name, reading }: { readonly name: string; readonly reading: string }): string =>
  CLOCKS[`${name} ${reading}`] ?? `${humanise(name)}, from when it was ${reading}`;
