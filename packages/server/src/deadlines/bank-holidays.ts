import byDivision from './bank-holidays.json' with { type: 'json' };

export const NATIONS = ['england', 'wales', 'scotland', 'northern-ireland'] as const;
export type Nation = (typeof NATIONS)[number];

/** GOV.UK lists England and Wales as one division: https://www.gov.uk/bank-holidays */
const DIVISION = {
  england: 'england-and-wales',
  wales: 'england-and-wales',
  scotland: 'scotland',
  'northern-ireland': 'northern-ireland',
} as const satisfies Record<Nation, keyof typeof byDivision>;

const datesIn = (division: keyof typeof byDivision): ReadonlySet<string> =>
  new Set(
    Object.entries(byDivision[division]).flatMap(([year, days]) => days.split(' ').map((day) => `${year}-${day}`)),
  );

const DATES = {
  'england-and-wales': datesIn('england-and-wales'),
  scotland: datesIn('scotland'),
  'northern-ireland': datesIn('northern-ireland'),
};

/**
 * The bank holidays of a nation of the United Kingdom, substitute days included, as dates such as `2026-12-28`; those of
 * 2024 to 2060, and none of another year (`scripts/bank-holidays.ts`). One that is proclaimed later is a closure day of
 * the council's own until this list has it.
 */
export const bankHolidaysOf = (nation: Nation): ReadonlySet<string> => DATES[DIVISION[nation]];
