import { describe, expect, it } from 'vitest';
import type { CalendarSettings } from '../../src/deadlines/calendar-settings.ts';
import { addWorkingTime, nextWorkingMoment, workingTimeBetween } from '../../src/deadlines/calendar.ts';
import { at, calendarOf, clock } from './calendars.ts';

const england = calendarOf();
const scotland = calendarOf({ nation: 'scotland' });
const wales = calendarOf({ nation: 'wales' });
const northernIreland = calendarOf({ nation: 'northern-ireland' });
/** Closed from Christmas Eve to New Year's Day, as many councils are. */
const shut = calendarOf({ closures: [{ first: '2026-12-24', last: '2027-01-01' }, { first: '2026-12-04' }] });

describe('working time after a moment', () => {
  it.each<[string, typeof england, string, string, string]>([
    // Within a day, and at its ends.
    ['a Wednesday morning', england, '2026-11-25 10:00', 'PT4H', '2026-11-25 14:00'],
    ['ends at the close of business, not the next morning', england, '2026-11-25 13:00', 'PT4H', '2026-11-25 17:00'],
    ['one minute is left for the next day', england, '2026-11-25 13:01', 'PT4H', '2026-11-26 09:01'],
    ['counts from the opening', england, '2026-11-25 07:10', 'PT4H', '2026-11-25 13:00'],
    ['an evening counts from the next opening', england, '2026-11-25 19:40', 'PT4H', '2026-11-26 13:00'],
    ['a minute on either side of the night', england, '2026-11-25 16:59', 'PT2M', '2026-11-26 09:01'],
    ['a working week of hours is a week', england, '2026-11-25 10:00', 'PT40H', '2026-12-02 10:00'],
    // Weekends.
    ['Friday afternoon into Monday', england, '2026-11-27 15:00', 'PT4H', '2026-11-30 11:00'],
    ['Saturday night counts from Monday', england, '2026-11-28 03:00', 'PT4H', '2026-11-30 13:00'],
    ['Saturday: Monday is the first day, Tuesday the second', england, '2026-11-28 03:00', 'P2D', '2026-12-01 17:00'],
    ['the day itself does not count, however early', england, '2026-11-27 08:00', 'P2D', '2026-12-01 17:00'],
    ['nor however late', england, '2026-11-27 23:00', 'P2D', '2026-12-01 17:00'],
    ['five working days are a week', england, '2026-11-25 12:00', 'P5D', '2026-12-02 17:00'],
    ['days first, then hours', england, '2026-11-25 12:00', 'P1DT2H', '2026-11-27 11:00'],
    // Bank holidays of one nation and not of another.
    ["St Andrew's Day is worked in England", england, '2026-11-27 16:00', 'PT2H', '2026-11-30 10:00'],
    ["St Andrew's Day, a Monday, is not in Scotland", scotland, '2026-11-27 16:00', 'PT2H', '2026-12-01 10:00'],
    ['on a Sunday, it is kept on Monday', scotland, '2025-11-28 16:00', 'PT2H', '2025-12-02 10:00'],
    ['Good Friday to Easter Monday', england, '2026-04-02 16:00', 'PT2H', '2026-04-07 10:00'],
    ['the same in Wales', wales, '2026-04-02 16:00', 'PT2H', '2026-04-07 10:00'],
    ['Easter Monday is worked in Scotland', scotland, '2026-04-02 16:00', 'PT2H', '2026-04-06 10:00'],
    ['the Monday of the World Cup', scotland, '2026-06-12 16:00', 'PT2H', '2026-06-16 10:00'],
    ['which England works', england, '2026-06-12 16:00', 'PT2H', '2026-06-15 10:00'],
    ['summer in Scotland is the first Monday of August', scotland, '2026-07-31 12:00', 'P1D', '2026-08-04 17:00'],
    ['and in England its last', england, '2026-08-28 12:00', 'P1D', '2026-09-01 17:00'],
    ['the Boyne, a Sunday, is kept on Monday', northernIreland, '2026-07-10 16:30', 'PT1H', '2026-07-14 09:30'],
    ["St Patrick's Day, a Tuesday", northernIreland, '2026-03-16 16:30', 'PT1H', '2026-03-18 09:30'],
    // Years' ends.
    ['Boxing Day, a Saturday, is kept on Monday the 28th', england, '2026-12-24 15:00', 'PT4H', '2026-12-29 11:00'],
    ["New Year's Day is a Friday", england, '2026-12-31 16:00', 'PT2H', '2027-01-04 10:00'],
    ['2 January, a Saturday, is kept on Monday', scotland, '2026-12-31 16:00', 'PT2H', '2027-01-05 10:00'],
    ['Christmas at a weekend is kept on Monday and Tuesday', england, '2027-12-24 16:00', 'PT2H', '2027-12-29 10:00'],
    ['both days of January are kept on Monday and Tuesday', scotland, '2027-12-31 12:00', 'P1D', '2028-01-05 17:00'],
    ['of which England has one', england, '2027-12-31 12:00', 'P1D', '2028-01-04 17:00'],
    // Closures of the council's own.
    ['from the day before Christmas Eve into January', shut, '2026-12-23 15:00', 'PT4H', '2027-01-04 11:00'],
    ['and by days', shut, '2026-12-23 15:00', 'P2D', '2027-01-05 17:00'],
    ['a single Friday', shut, '2026-12-03 16:00', 'PT2H', '2026-12-07 10:00'],
    // The clocks change: on Sunday 29 March 2026 forwards, on Sunday 25 October 2026 back.
    ['nine is nine by the clock on the wall', england, '2026-03-27 16:00', 'PT2H', '2026-03-30 10:00'],
    ['in October too', england, '2026-10-23 16:00', 'PT2H', '2026-10-26 10:00'],
  ])('%s', (_, calendar, from, duration, due) => {
    expect(clock(addWorkingTime(at(from), duration, calendar)).slice(0, 16)).toBe(due);
  });

  it('is an hour of the night where the council works at night and the clocks change', () => {
    const nights: Partial<CalendarSettings> = { hours: { sunday: { opens: '00:00', closes: '04:00' } } };
    const [spring, autumn] = [at('2026-03-29 00:00'), at('2026-10-25 00:00')];
    // Three hours pass in March, from midnight to four; five in October.
    expect(workingTimeBetween(spring, at('2026-03-29 12:00'), calendarOf(nights))).toBe(3 * 3_600_000);
    expect(workingTimeBetween(autumn, at('2026-10-25 12:00'), calendarOf(nights))).toBe(5 * 3_600_000);
    expect(clock(addWorkingTime(spring, 'PT2H', calendarOf(nights)))).toBe('2026-03-29 03:00:00');
  });

  it('skips a day whose only hour the clocks skip', () => {
    const calendar = calendarOf({ hours: { sunday: { opens: '01:00', closes: '02:00' } } });
    expect(clock(addWorkingTime(at('2026-03-28 12:00'), 'PT30M', calendar))).toBe('2026-04-05 01:30:00');
  });

  it('keeps the hours of each weekday', () => {
    const calendar = calendarOf({
      hours: { friday: { opens: '08:00', closes: '12:30' }, saturday: { opens: '10:00', closes: '13:00' } },
    });
    expect(clock(addWorkingTime(at('2026-11-27 12:00'), 'PT1H', calendar))).toBe('2026-11-28 10:30:00');
    expect(clock(addWorkingTime(at('2026-11-27 12:00'), 'P2D', calendar))).toBe('2026-12-04 12:30:00');
    // Boxing Day itself, a Saturday, is nobody's working day; nor is Christmas Day, a Friday, or New Year's Day.
    expect(clock(addWorkingTime(at('2026-12-24 12:00'), 'P1D', calendar))).toBe('2027-01-02 13:00:00');
  });

  it.each(['P1W', 'P1M', 'P1Y'])('is not counted in %s', (duration) =>
    expect(() => addWorkingTime(0, duration, england)).toThrow(RangeError),
  );
});

describe('working time between two moments', () => {
  it.each<[string, typeof england, string, string, number]>([
    ['within a day', england, '2026-11-25 10:00', '2026-11-25 14:00', 240],
    ['a whole day is eight hours', england, '2026-11-25 06:00', '2026-11-25 23:00', 480],
    ['a weekend is nothing', england, '2026-11-27 16:59', '2026-11-30 09:01', 2],
    ['at a weekend', england, '2026-11-28 00:00', '2026-11-29 23:59', 0],
    ['nor is Christmas', england, '2026-12-24 17:00', '2026-12-29 09:00', 0],
    ['nor the closure', shut, '2026-12-23 17:00', '2027-01-04 09:00', 0],
    ["nor St Andrew's Day", scotland, '2026-11-27 17:00', '2026-12-01 09:00', 0],
    ['which England works', england, '2026-11-27 17:00', '2026-12-01 09:00', 480],
    ['backwards', england, '2026-11-25 14:00', '2026-11-25 10:00', -240],
  ])('%s', (_, calendar, a, b, minutes) => {
    expect(workingTimeBetween(at(a), at(b), calendar)).toBe(minutes * 60_000);
  });
});

describe('the next working moment', () => {
  it.each<[string, string]>([
    ['2026-11-25 10:00', '2026-11-25 10:00'],
    ['2026-11-25 08:59', '2026-11-25 09:00'],
    ['2026-11-25 16:59', '2026-11-25 16:59'],
    // At the close of business nobody is there any more.
    ['2026-11-25 17:00', '2026-11-26 09:00'],
    ['2026-11-27 17:00', '2026-11-30 09:00'],
    ['2026-12-24 20:00', '2026-12-29 09:00'],
  ])('at %s is %s', (from, to) => expect(nextWorkingMoment(at(from), england)).toBe(at(to)));
});
