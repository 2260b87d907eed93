import { type DaySpan, daysLeft, fullestYear, type TakenDays } from '@beadle/shared';
import { dateInWords } from '../notify/words.ts';

/** The policy's cap of days in any 365, and how far those for whom an authorisation is asked have come. */
export interface YearCap {
  /** Days. */
  readonly cap: number;
  readonly kind: string;
  /** The days that are asked for. */
  readonly wanted: DaySpan;
  /** Nobody where it is for a group or a population, whose days nobody can count. */
  readonly takers: readonly TakerInYear[];
}

export interface TakerInYear {
  /** A person's name or a device's asset tag. */
  readonly who: string;
  /** By the others of this kind, those that were revoked up to then. */
  readonly taken: readonly TakenDays[];
}

const DAY_MS = 86_400_000;
/** By midday it is the same day on the council's calendar. */
const dayInWords = (day: number): string => dateInWords(day * DAY_MS + DAY_MS / 2);

const count = (days: number): string => (days === 1 ? '1 day' : `${days} days`);

const MOST_NAMED = 20;

function takenWords(taken: readonly TakenDays[], year: DaySpan): string {
  const inYear = taken
    .filter(({ first, last }) => first <= year.last && year.first <= last)
    .toSorted((a, b) => a.first - b.first)
    .map(({ ref, first, last }) => {
      const [from, to] = [Math.max(first, year.first), Math.min(last, year.last)];
      const days = count(to - from + 1);
      return from === to
        ? `${ref} takes ${days} (${dayInWords(from)})`
        : `${ref} takes ${days} (${dayInWords(from)} to ${dayInWords(to)})`;
    });
  const more = inYear.length - MOST_NAMED;
  return [...inYear.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more take others`] : [])].join(', ');
}

function leftWords({ taken }: TakerInYear, { wanted: { first }, cap }: YearCap): string {
  const left = daysLeft(taken, first, cap);
  if (left === 0) return `No day is left from ${dayInWords(first)} on.`;
  return `${count(left)} ${left === 1 ? 'is' : 'are'} left from ${dayInWords(first)} on: let its last day be ${dayInWords(first + left - 1)}.`;
}

/** Why it would be more days than the policy allows, with whose they are; undefined where it would not. */
export function yearProblem(year: YearCap | null): string | undefined {
  if (year === null) return undefined;
  const { cap, kind, wanted, takers } = year;
  if (takers.length === 0)
    return `The policy counts the days of ${kind} for each person (${cap} of any 365): ask for it by a person’s name or a device’s asset tag.`;
  for (const taker of takers) {
    const fullest = fullestYear(taker.taken, wanted);
    if (fullest === undefined || fullest.days <= cap) continue;
    const taken = takenWords(taker.taken, fullest);
    return [
      `The policy allows ${taker.who} ${count(cap)} of ${kind} in any 365.`,
      `With this one it would be ${fullest.days} in those from ${dayInWords(fullest.first)} to ${dayInWords(fullest.last)}${taken === '' ? '' : `: ${taken}`}.`,
      leftWords(taker, year),
    ].join(' ');
  }
  return undefined;
}

/** For each of them, how many days they can still have from the first day that is asked for, and what takes the others. */
export const presentYear = (year: YearCap | null) =>
  year === null
    ? null
    : year.takers.map((taker) => ({
        who: taker.who,
        daysInYear: year.cap,
        from: isoDay(year.wanted.first),
        left: daysLeft(taker.taken, year.wanted.first, year.cap),
        taken: taker.taken.map(({ ref, first, last }) => ({
          ref,
          from: isoDay(first),
          to: isoDay(last),
          days: last - first + 1,
        })),
      }));

const isoDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
