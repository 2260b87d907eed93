import type { BreachWeek } from '../../trends/breach-weeks.ts';
import type { StandingDay } from '../../trends/daily-standing.ts';
import { count, day } from '../words.ts';

/** `fell from 41 to 12`, `stayed at 12`. */
export function moved(from: number, to: number): string {
  if (from === to) return `stayed at ${to}`;
  return `${to < from ? 'fell' : 'rose'} from ${from} to ${to}`;
}

const notNoted = (missing: number): string =>
  missing === 0 ? '' : ` Nothing was noted on ${count(missing, 'day', 'of the days')} between them.`;

/** What the lines of the days say, in a sentence or two: `Failing fell from 41 to 12 devices between …`. */
export function standingWords(days: readonly StandingDay[]): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return 'No day has been noted yet. One is noted at midday.';
  if (days.length === 1)
    return `On ${day(first.day)}: ${count(first.fail, 'device')} failing, ${first.unknown} not known.`;
  const span = Temporal.PlainDate.from(first.day).until(last.day).days + 1;
  return `Failing ${moved(first.fail, last.fail)} ${last.fail === 1 ? 'device' : 'devices'} between ${day(first.day)} and ${day(last.day)}. Not known ${moved(first.unknown, last.unknown)}.${notNoted(span - days.length)}`;
}

const RECENT = 4;

/** The last four weeks beside the four before: one week says little. */
export function weeksWords(weeks: readonly BreachWeek[]): string {
  const known = weeks.flatMap(({ opened, ended }) => (opened === null || ended === null ? [] : [{ opened, ended }]));
  if (known.length === 0) return 'No whole week has passed yet.';
  const sums = (some: typeof known) => ({
    opened: some.reduce((sum, { opened }) => sum + opened, 0),
    ended: some.reduce((sum, { ended }) => sum + ended, 0),
  });
  const recent = sums(known.slice(-RECENT));
  if (known.length < 2 * RECENT)
    return `In the last ${count(Math.min(RECENT, known.length), 'whole week')}: ${recent.opened} opened, ${recent.ended} ended.`;
  const before = sums(known.slice(-2 * RECENT, -RECENT));
  return `In the last 4 whole weeks: ${recent.opened} opened, ${recent.ended} ended. In the 4 weeks before: ${before.opened} opened, ${before.ended} ended.`;
}
