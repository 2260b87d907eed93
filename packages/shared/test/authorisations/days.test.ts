import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOfDay, daysLeft, daysOf, type DaySpan, fitsYear, fullestYear } from '../../src/authorisations/days.ts';
import { YEAR_DAYS } from '../../src/policy/document.ts';

const at = (text: string): number => Date.parse(text);
const inDates = (span: DaySpan | undefined) => span && [dateOfDay(span.first), dateOfDay(span.last)];

describe('the days of an authorisation', () => {
  it.each([
    ['a day from midnight to midnight', '2026-06-03T23:00:00Z', '2026-06-04T23:00:00Z', ['2026-06-04', '2026-06-04']],
    ['an hour of a day', '2026-06-04T09:00:00Z', '2026-06-04T10:00:00Z', ['2026-06-04', '2026-06-04']],
    ['an hour about midnight', '2026-06-04T22:30:00Z', '2026-06-04T23:30:00Z', ['2026-06-04', '2026-06-05']],
    [
      '28 days over the end of summer time',
      '2026-10-09T23:00:00Z',
      '2026-11-07T00:00:00Z',
      ['2026-10-10', '2026-11-06'],
    ],
    ['no time', '2026-06-04T09:00:00Z', '2026-06-04T09:00:00Z', undefined],
  ])('%s', (_, from, to, expected) => expect(inDates(daysOf(at(from), at(to)))).toEqual(expected));
});

const BASE = 20_000;
const spans = fc
  .tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 40 }))
  .map(([first, more]): DaySpan => ({ first: BASE + first, last: BASE + first + more }));
const caps = fc.integer({ min: 1, max: 60 });

/** The most days of any 365, counted one by one. */
function mostOf(held: readonly DaySpan[], from = BASE - 400, to = BASE + 1400): number {
  let most = 0;
  const days = new Set(
    held.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
  );
  for (let start = from; start <= to; start += 1)
    most = Math.max(most, [...days].filter((day) => start <= day && day < start + YEAR_DAYS).length);
  return most;
}

describe('a cap of days in any 365', () => {
  it('is kept by whatever is given in whatever order, and refuses nothing that would keep it', () => {
    const acts = fc.array(fc.record({ span: spans, ends: fc.option(fc.integer({ min: -1, max: 40 }), { freq: 2 }) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(acts, caps, (all, cap) => {
        let held: DaySpan[] = [];
        for (const { span, ends } of all) {
          const fits = fitsYear(held, span, cap);
          expect(fits).toBe(mostOf([...held, span]) <= cap);
          if (fits) held.push(span);
          // The one given last is revoked early, or before it begins.
          const last = held.at(-1);
          if (last === undefined || ends === null) continue;
          held = held.slice(0, -1);
          if (ends >= 0) held.push({ first: last.first, last: Math.min(last.last, last.first + ends) });
        }
        expect(mostOf(held)).toBeLessThanOrEqual(cap);
      }),
      { numRuns: 60 },
    );
  });

  it('tells how many days are left: so many fit, and one more does not', () => {
    fc.assert(
      fc.property(
        fc.array(spans, { maxLength: 4 }),
        fc.integer({ min: BASE, max: BASE + 900 }),
        caps,
        (held, first, cap) => {
          const left = daysLeft(held, first, cap);
          const fits = (days: number) => fitsYear(held, { first, last: first + days - 1 }, cap);
          expect(left === 0 || fits(left)).toBe(true);
          expect(left < YEAR_DAYS && fits(left + 1)).toBe(false);
        },
      ),
    );
  });

  it('names the 365 days that are the fullest', () => {
    const held = [{ first: BASE, last: BASE + 9 }];
    expect(fullestYear(held, { first: BASE + 100, last: BASE + 119 })).toMatchObject({ days: 30 });
    expect(fullestYear(held, { first: BASE + 374, last: BASE + 374 })).toMatchObject({ days: 1 });
    expect(fullestYear(held, { first: BASE + 373, last: BASE + 374 })).toEqual({
      first: BASE + 373,
      last: BASE + 737,
      days: 2,
    });
    expect(fullestYear(held, { first: BASE + 2, last: BASE + 9 })).toBeUndefined();
  });

  it('holds for one that is longer than any year', () => {
    expect(fitsYear([], { first: BASE, last: BASE + 3_000_000 }, 364)).toBe(false);
  });
});
