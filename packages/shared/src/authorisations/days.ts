import { YEAR_DAYS } from '../policy/document.ts';
import { ZONE } from '../policy/versions.ts';

/**
 * Days on the council's calendar, both included, numbered from 1 January 1970. A day on which an authorisation holds at
 * any time is a day of it, as leave and stays abroad are counted.
 */
export interface DaySpan {
  readonly first: number;
  readonly last: number;
}

/** Days that somebody holds an authorisation of the kind that is counted. */
export interface TakenDays extends DaySpan {
  readonly ref: string;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');

const dayOf = (at: number): number =>
  EPOCH.until(Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(ZONE).toPlainDate()).days;

/** The days of `from` to `to` (milliseconds since the epoch, the second not included); undefined where it is no time. */
export const daysOf = (from: number, to: number): DaySpan | undefined =>
  to <= from ? undefined : { first: dayOf(from), last: dayOf(to - 1) };

/** `2026-06-04`. */
export const dateOfDay = (day: number): string => EPOCH.add({ days: day }).toString();

const covers = ({ first, last }: DaySpan, day: number): boolean => first <= day && day <= last;

/** The part of a span that begins with its first day that is not taken; undefined where it adds no day. */
function adding(taken: readonly DaySpan[], { first, last }: DaySpan): DaySpan | undefined {
  let day = first;
  for (;;) {
    const over = taken.find((span) => covers(span, day));
    if (over === undefined) return day > last ? undefined : { first: day, last };
    day = over.last + 1;
  }
}

export interface YearOfDays extends DaySpan {
  /** How many of them are taken. */
  readonly days: number;
}

/**
 * Of all 365 days on end in which `wanted` would add a day, those with the most days taken, its own included (the latest
 * such, which begin with one of them); undefined where it adds none. Days that two authorisations share are counted once.
 */
export function fullestYear(taken: readonly DaySpan[], wanted: DaySpan): YearOfDays | undefined {
  const added = adding(taken, wanted);
  if (added === undefined) return undefined;
  // By more than a year no cap is kept, whatever else is taken.
  const last = Math.min(added.last, added.first + YEAR_DAYS - 1);
  const start = added.first - YEAR_DAYS + 1;
  const days = Array.from({ length: last + YEAR_DAYS - start }, (_, index) => start + index);
  const isWanted = (day: number) => added.first <= day && day <= last;
  const isTaken = days.map((day) => taken.some((span) => covers(span, day)));
  let [count, isNew] = [0, 0];
  let fullest: YearOfDays | undefined;
  for (const [index, day] of days.entries()) {
    count += isTaken[index] === true || isWanted(day) ? 1 : 0;
    isNew += isTaken[index] === false && isWanted(day) ? 1 : 0;
    const out = index - YEAR_DAYS;
    if (out >= 0) {
      count -= isTaken[out] === true || isWanted(start + out) ? 1 : 0;
      isNew -= isTaken[out] === false && isWanted(start + out) ? 1 : 0;
    }
    if (out >= -1 && isNew > 0 && count >= (fullest?.days ?? 0))
      fullest = { first: day - YEAR_DAYS + 1, last: day, days: count };
  }
  return fullest;
}

/** Whether somebody who holds `taken` may hold `wanted` too, where at most `cap` days of any 365 may be taken. */
export const fitsYear = (taken: readonly DaySpan[], wanted: DaySpan, cap: number): boolean =>
  (fullestYear(taken, wanted)?.days ?? 0) <= cap;

/** How many days on end, beginning with `first`, still fit; 365 at most. */
export function daysLeft(taken: readonly DaySpan[], first: number, cap: number): number {
  let [fits, not] = [0, YEAR_DAYS + 1];
  while (not - fits > 1) {
    const tried = Math.floor((fits + not) / 2);
    if (fitsYear(taken, { first, last: first + tried - 1 }, cap)) fits = tried;
    else not = tried;
  }
  return fits;
}
