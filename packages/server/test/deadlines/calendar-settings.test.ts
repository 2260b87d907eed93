import { describe, expect, it } from 'vitest';
import { calendarProblems, type CalendarSettings, DEFAULT_CALENDAR } from '../../src/deadlines/calendar-settings.ts';
import { workingCalendar } from '../../src/deadlines/calendar.ts';

const problemsOf = (part: Partial<CalendarSettings>) =>
  calendarProblems({ ...DEFAULT_CALENDAR, ...part }).map(({ field, expected }) => `${field}: ${expected}`);

describe('a calendar', () => {
  it('of the defaults is England, Monday to Friday, nine to five', () => {
    expect(problemsOf({})).toEqual([]);
    expect(Object.keys(DEFAULT_CALENDAR.hours)).toEqual(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']);
  });

  it.each<[Partial<CalendarSettings>, string]>([
    [{ hours: {} }, 'hours: one working day in the week at least'],
    [
      { hours: { monday: { opens: '17:00', closes: '09:00' } } },
      'hours.monday.closes: a time at least an hour after it opens',
    ],
    [
      { hours: { sunday: { opens: '09:00', closes: '09:59' } } },
      'hours.sunday.closes: a time at least an hour after it opens',
    ],
    [{ closures: [{ first: '2026-02-30' }] }, 'closures.0.first: a date that exists'],
    [
      { closures: [{ first: '2026-12-24' }, { first: '2027-12-24', last: '2027-12-32' }] },
      'closures.1.last: a date that exists',
    ],
    [{ closures: [{ first: '2027-01-01', last: '2026-12-24' }] }, 'closures.0.last: a date on or after the first'],
    // A closure without end would leave no working day.
    [
      { closures: [{ first: '2026-12-24', last: '9999-12-31' }] },
      'closures.0.last: a date at most 30 days after the first',
    ],
  ])('with %j is refused', (part, problem) => {
    expect(problemsOf(part)).toEqual([problem]);
    expect(() => workingCalendar({ ...DEFAULT_CALENDAR, ...part })).toThrow("The calendar's ");
  });

  it.each<Partial<CalendarSettings>>([
    { hours: { sunday: { opens: '09:00', closes: '10:00' } } },
    { closures: [{ first: '2026-12-24' }, { first: '2026-12-29', last: '2027-01-28' }] },
  ])('with %j is taken', (part) => expect(problemsOf(part)).toEqual([]));
});
