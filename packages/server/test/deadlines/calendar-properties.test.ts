import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addWorkingTime,
  nextWorkingMoment,
  type WorkingCalendar,
  workingTimeBetween,
} from '../../src/deadlines/calendar.ts';
import { calendars, moments } from './calendars.ts';

const minutes = fc.nat(20 * 60);
const inWords = (count: number) => `PT${count}M`;
const MINUTE = 60_000;

/** The hours of the date of a moment, the close of business among them. */
function isWorked(at: number, calendar: WorkingCalendar): boolean {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/London').toPlainDate();
  const hours = calendar.hoursOn(date);
  return hours !== undefined && hours.opens <= at && at <= hours.closes;
}

const check = (property: (calendar: WorkingCalendar, from: number, a: number, b: number) => void) =>
  fc.assert(fc.property(calendars, moments, minutes, minutes, property), { numRuns: 300 });

describe('whatever the calendar', () => {
  it('working time ends within working hours, and not before it begins', () =>
    check((calendar, from, a, days) => {
      for (const duration of [inWords(a), `P${1 + (days % 20)}D`]) {
        const due = addWorkingTime(from, duration, calendar);
        expect(isWorked(due, calendar)).toBe(true);
        expect(due).toBeGreaterThanOrEqual(from);
      }
    }));

  it('what begins later or takes longer does not end earlier', () =>
    check((calendar, from, a, b) => {
      expect(addWorkingTime(from + b * MINUTE, inWords(a), calendar)).toBeGreaterThanOrEqual(
        addWorkingTime(from, inWords(a), calendar),
      );
      expect(addWorkingTime(from, inWords(a + b), calendar)).toBeGreaterThanOrEqual(
        addWorkingTime(from, inWords(a), calendar),
      );
      const days = (count: number, at = from) => addWorkingTime(at, `P${1 + (count % 9)}D`, calendar);
      expect(days(a, from + b * MINUTE)).toBeGreaterThanOrEqual(days(a));
      expect(addWorkingTime(from, 'P10D', calendar)).toBeGreaterThan(days(a));
    }));

  it('two times one after the other are their sum', () =>
    check((calendar, from, a, b) => {
      const twice = addWorkingTime(addWorkingTime(from, inWords(a), calendar), inWords(b), calendar);
      expect(twice).toBe(addWorkingTime(from, inWords(a + b), calendar));
      const days = (count: number, at: number) => addWorkingTime(at, `P${count}D`, calendar);
      expect(days(3, days(2, from))).toBe(days(5, from));
    }));

  it('as much working time as was added lies between', () =>
    check((calendar, from, a) => {
      const due = addWorkingTime(from, inWords(a), calendar);
      expect(workingTimeBetween(from, due, calendar)).toBe(a * MINUTE);
      expect(workingTimeBetween(due, from, calendar) + workingTimeBetween(from, due, calendar)).toBe(0);
    }));

  it('the time between adds up, wherever it is cut', () =>
    check((calendar, from, a, b) => {
      const [cut, end] = [from + a * MINUTE, from + (a + b) * MINUTE];
      const parts = workingTimeBetween(from, cut, calendar) + workingTimeBetween(cut, end, calendar);
      expect(workingTimeBetween(from, end, calendar)).toBe(parts);
      expect(parts).toBeLessThanOrEqual((a + b) * MINUTE);
    }));

  it('no working time passes until the next working moment, and some at once after it', () =>
    check((calendar, from) => {
      const next = nextWorkingMoment(from, calendar);
      expect(workingTimeBetween(from, next, calendar)).toBe(0);
      expect(workingTimeBetween(next, next + MINUTE, calendar)).toBeGreaterThan(0);
    }));
});
