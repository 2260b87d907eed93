import type { BreachWeek } from '../../trends/breach-weeks.ts';
import type { StandingDay } from '../../trends/daily-standing.ts';
import { day } from '../words.ts';
import { type Figure, figureOf } from './figure.ts';
import { standingWords, weeksWords } from './words.ts';

const shortForm = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
/** `4 Jun`, of a day such as `2026-06-04`. */
const short = (date: string): string => shortForm.format(new Date(date));

const NOT_NOTED = 'not noted';

/** Every day from one to another, each with what was noted of it. */
function daysBetween(from: string, to: string, noted: readonly StandingDay[]) {
  const byDay = new Map(noted.map((one) => [one.day, one]));
  const first = Temporal.PlainDate.from(from);
  return Array.from({ length: first.until(to).days + 1 }, (_, index) => {
    const date = first.add({ days: index }).toString();
    return { date, noted: byDay.get(date) };
  });
}

interface Days {
  readonly id: string;
  readonly title: string;
  /** Such as `2026-06-04`; both are drawn. */
  readonly from: string;
  readonly to: string;
}

/** How devices stood each day: failing and not known, the latest first in the table. */
export function standingFigure(noted: readonly StandingDay[], { id, title, from, to }: Days): Figure {
  const days = daysBetween(from, to, noted);
  const since = noted[0]?.day ?? to;
  const rows = days
    .filter(({ date }) => date >= since)
    .toReversed()
    .map(({ date, noted: one }) => ({
      name: day(date),
      values: one === undefined ? Array<string>(5).fill(NOT_NOTED) : inColumns(one),
    }));
  return figureOf({
    id,
    title,
    summary: standingWords(noted),
    names: days.map(({ date }) => short(date)),
    series: [
      { name: 'Failing', values: days.map((one) => one.noted?.fail ?? null) },
      { name: 'Not known', values: days.map((one) => one.noted?.unknown ?? null) },
    ],
    table: {
      of: 'Day',
      columns: ['Failing', 'Not known', 'Excused', 'Passing', 'Heard from that week'],
      rows: noted.length === 0 ? [] : rows,
    },
  });
}

const inColumns = (one: StandingDay) => [one.fail, one.unknown, one.exempt, one.pass, one.heardFrom];

/** Suspected breaches by people, each week. */
export function weeksFigure(weeks: readonly BreachWeek[], id: string): Figure {
  const known = weeks.filter(({ opened }) => opened !== null);
  return figureOf({
    id,
    title: 'Suspected breaches by people, each week',
    summary: weeksWords(weeks),
    names: weeks.map(({ monday }) => short(monday)),
    series: [
      { name: 'Opened', values: weeks.map(({ opened }) => opened) },
      { name: 'Ended', values: weeks.map(({ ended }) => ended) },
    ],
    table: {
      of: 'Week from',
      columns: ['Opened', 'Ended'],
      rows: known
        .toReversed()
        .map(({ monday, opened, ended }) => ({ name: day(monday), values: [opened ?? '', ended ?? ''] })),
    },
  });
}
