import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bankHolidaysFile, holidaysFile } from '../../../../scripts/bank-holidays.ts';
import { bankHolidaysOf, type Nation } from '../../src/deadlines/bank-holidays.ts';

/** https://www.gov.uk/bank-holidays, written out by hand: month and day of each, substitute days as they are kept. */
const GOV_UK: Readonly<Record<Nation, Readonly<Record<string, string>>>> = {
  england: {
    2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
    2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28', // Boxing Day is a Saturday
    2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28', // Christmas Day is a Saturday
    2028: '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26', // New Year's Day is a Saturday
  },
  wales: {
    2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
    2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
    2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
    2028: '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
  },
  // No Easter Monday, the summer's in early August, 2 January and St Andrew's Day.
  scotland: {
    2025: '01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26', // St Andrew's Day is a Sunday
    2026: '01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28', // 15 June: the World Cup
    2027: '01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28', // 2 January is a Saturday
    2028: '01-03 01-04 04-14 05-01 05-29 08-07 11-30 12-25 12-26', // 1 and 2 January are a weekend
  },
  // St Patrick's Day and the Battle of the Boyne.
  'northern-ireland': {
    2025: '01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26', // 12 July is a Saturday
    2026: '01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28', // 12 July is a Sunday
    2027: '01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28',
    2028: '01-03 03-17 04-14 04-17 05-01 05-29 07-12 08-28 12-25 12-26',
  },
};

const isWeekend = (date: string) => Temporal.PlainDate.from(date).dayOfWeek > 5;

describe.each(Object.entries(GOV_UK))('the bank holidays of %s', (nation, years) => {
  const all = [...bankHolidaysOf(nation as Nation)];
  it.each(Object.entries(years))('in %s are those of GOV.UK', (year, days) => {
    // A Christmas Day that is a Saturday is in the list as well: nobody works then who works on Saturdays.
    const onWeekdays = all.filter((date) => date.startsWith(year) && !isWeekend(date));
    expect(onWeekdays).toEqual(days.split(' ').map((day) => `${year}-${day}`));
  });
});

it('are in step with the package that they are made from (node scripts/bank-holidays.ts writes them)', () => {
  expect(readFileSync(holidaysFile, 'utf8')).toBe(bankHolidaysFile());
});
