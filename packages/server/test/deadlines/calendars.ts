import fc from 'fast-check';
import { NATIONS } from '../../src/deadlines/bank-holidays.ts';
import {
  type CalendarSettings,
  calendarProblems,
  DEFAULT_CALENDAR,
  WEEKDAYS,
} from '../../src/deadlines/calendar-settings.ts';
import { type WorkingCalendar, workingCalendar } from '../../src/deadlines/calendar.ts';

/** A calendar of the defaults with something changed. */
export const calendarOf = (part: Partial<CalendarSettings> = {}): WorkingCalendar =>
  workingCalendar({ ...DEFAULT_CALENDAR, ...part });

/** A moment by the clocks of the United Kingdom, such as `2026-12-24 16:30`, in milliseconds since the epoch. */
export const at = (text: string): number =>
  Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime('Europe/London').epochMilliseconds;

/** The other way round. */
export const clock = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO('Europe/London')
    .toPlainDateTime()
    .toString()
    .replace('T', ' ');

const time = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const hours = fc
  .record({ opens: fc.integer({ min: 0, max: 22 * 60 }), lasts: fc.integer({ min: 60, max: 12 * 60 }) })
  .map(({ opens, lasts }) => ({ opens: time(opens), closes: time(Math.min(opens + lasts, 23 * 60 + 59)) }));

const day = (from: Date, to: Date) =>
  fc.date({ min: from, max: to, noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));

const closure = fc
  .record({ first: day(new Date('2026-01-01'), new Date('2028-12-31')), days: fc.nat(30) })
  .map(({ first, days }) => ({ first, last: Temporal.PlainDate.from(first).add({ days }).toString() }));

/** Any calendar that a council may set, those that are open at night and on one day of the week included. */
export const calendars: fc.Arbitrary<WorkingCalendar> = fc
  .record({
    nation: fc.constantFrom(...NATIONS),
    hours: fc.record(Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, hours])), { requiredKeys: [] }),
    closures: fc.array(closure, { maxLength: 3 }),
  })
  .filter((settings) => calendarProblems(settings as CalendarSettings).length === 0)
  .map((settings) => workingCalendar(settings as CalendarSettings));

const around = (from: string, to: string) => fc.integer({ min: at(from), max: at(to) });

/** Moments of three years, and more of them in the weeks in which the clocks change and at the ends of years. */
export const moments: fc.Arbitrary<number> = fc
  .oneof(
    around('2026-01-01 00:00', '2028-12-31 23:59'),
    around('2026-03-27 00:00', '2026-04-07 12:00'),
    around('2026-10-23 00:00', '2026-10-27 12:00'),
    around('2026-12-23 00:00', '2027-01-05 12:00'),
    around('2027-12-23 00:00', '2028-01-05 12:00'),
  )
  .map((ms) => ms - (ms % 60_000));
