import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Holidays from 'date-holidays';

/**
 * The bank holidays of the United Kingdom by the year, as the server reads them: made from `date-holidays`, whose rules
 * are the Banking and Financial Dealings Act 1971's and whose substitute days are those that are proclaimed. The
 * divisions are those of https://www.gov.uk/bank-holidays, which is what the result is held against in the tests.
 */
export const holidaysFile = join(import.meta.dirname, '../packages/server/src/deadlines/bank-holidays.json');

const YEARS = { first: 2024, last: 2060 } as const;
const DIVISIONS = { 'england-and-wales': ['ENG', 'WLS'], scotland: ['SCT'], 'northern-ireland': ['NIR'] } as const;

/** Proclaimed for once, and not in the package. */
const PROCLAIMED = [
  // https://www.gov.scot/news/world-cup-bank-holiday-confirmed: section 1(3) of the Act, 3 February 2026.
  { division: 'scotland', date: '2026-06-15' },
] as const;

function bankHolidays(state: string, year: number): string[] {
  const found = new Holidays('GB', state, { types: ['public', 'bank'] }).getHolidays(year);
  return found.map(({ date }) => date.slice(0, 10));
}

function datesOf(division: keyof typeof DIVISIONS, year: number): string {
  const [dates = '', ...others] = DIVISIONS[division].map((state) => bankHolidays(state, year).join(' '));
  if (others.some((other) => other !== dates)) throw new Error(`${division} is not one division in ${year}`);
  const proclaimed = PROCLAIMED.filter((one) => one.division === division && one.date.startsWith(String(year)));
  const all = new Set([...dates.split(' '), ...proclaimed.map(({ date }) => date)]);
  return [...all]
    .toSorted()
    .map((date) => date.slice(5))
    .join(' ');
}

const years = Array.from({ length: YEARS.last - YEARS.first + 1 }, (_, index) => YEARS.first + index);

/** `{ "scotland": { "2026": "01-01 01-02 ..." } }` */
export function bankHolidaysFile(): string {
  const divisions = (Object.keys(DIVISIONS) as (keyof typeof DIVISIONS)[]).map(
    (division) => [division, Object.fromEntries(years.map((year) => [year, datesOf(division, year)]))] as const,
  );
  return `${JSON.stringify(Object.fromEntries(divisions), null, 2)}\n`;
}

if (import.meta.main) {
  const text = bankHolidaysFile();
  const before = readFileSync(holidaysFile, { encoding: 'utf8', flag: 'a+' });
  if (text !== before) writeFileSync(holidaysFile, text);
  console.log(text === before ? 'bank-holidays.json is up to date' : 'wrote bank-holidays.json');
}
