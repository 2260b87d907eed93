import { type Duration, durationInWords } from '@beadle/shared';
import * as english from '../words.ts';
import type { Language } from './language.ts';

const zone = { timeZone: 'Europe/London' } as const;
const dayForm = new Intl.DateTimeFormat('cy', { ...zone, day: 'numeric', month: 'long', year: 'numeric' });

const welshDay = (time: english.Time): string => dayForm.format(new Date(time));

/** `9:32yb`, `hanner dydd`, `5:15yh`. */
function welshTime(time: english.Time): string {
  const text = english.timeOfDay(time);
  if (text === 'midday') return 'hanner dydd';
  if (text === 'midnight') return 'hanner nos';
  return text.replace(/am$/, 'yb').replace(/pm$/, 'yh');
}

const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const;
type Unit = (typeof UNITS)[number];

/** After a number Welsh has the singular, which 2 softens; years have a word of their own, which these numbers nasalise. */
const NASALISING: readonly number[] = [5, 7, 8, 9, 10];
const WORDS: Readonly<Record<Unit, (count: number) => string>> = {
  years: (count) =>
    count === 1 ? 'flwyddyn' : count === 2 ? 'flynedd' : NASALISING.includes(count) ? 'mlynedd' : 'blynedd',
  months: (count) => (count === 2 ? 'fis' : 'mis'),
  weeks: () => 'wythnos',
  days: (count) => (count === 2 ? 'ddiwrnod' : 'diwrnod'),
  hours: () => 'awr',
  minutes: (count) => (count === 1 || count === 2 ? 'funud' : 'munud'),
  seconds: () => 'eiliad',
};

function welshDuration(duration: Duration): string {
  const parsed = Temporal.Duration.from(duration);
  const parts = UNITS.flatMap((unit) => (parsed[unit] === 0 ? [] : [`${parsed[unit]} ${WORDS[unit](parsed[unit])}`]));
  return parts.length === 0 ? 'dim amser' : parts.join(' ');
}

export interface Moments {
  readonly day: (time: english.Time) => string;
  readonly moment: (time: english.Time) => string;
  readonly duration: (duration: Duration) => string;
}

/** Days, moments and durations as a page of the language writes them, on the council's clock. */
export const momentsIn = (language: Language): Moments =>
  language === 'en'
    ? { day: english.day, moment: english.moment, duration: durationInWords }
    : { day: welshDay, moment: (time) => `${welshDay(time)} am ${welshTime(time)}`, duration: welshDuration };
