import fc from 'fast-check';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { after, Duration, durationInWords } from '../src/duration.ts';

const at = (text: string) => Date.parse(text);

/** Every duration that the policy language allows. */
const durations = fc
  .record({
    Y: fc.nat(99_999),
    M: fc.nat(99_999),
    W: fc.nat(99_999),
    D: fc.nat(99_999),
    h: fc.nat(999_999),
    m: fc.nat(999_999),
    s: fc.nat(99_999_999),
  })
  .map(({ Y, M, W, D, h, m, s }) => `P${Y}Y${M}M${W}W${D}DT${h}H${m}M${s}S`);

describe('durations', () => {
  it.each([
    ['2026-01-31T10:00:00Z', 'P1M', '2026-02-28T10:00:00Z'],
    ['2028-01-31T10:00:00Z', 'P1M', '2028-02-29T10:00:00Z'],
    ['2026-12-31T00:00:00Z', 'P1M', '2027-01-31T00:00:00Z'],
    ['2028-02-29T00:00:00Z', 'P1Y', '2029-02-28T00:00:00Z'],
    ['2026-03-28T12:00:00Z', 'P1D', '2026-03-29T12:00:00Z'],
    ['2026-06-01T00:00:00Z', 'P2W', '2026-06-15T00:00:00Z'],
    ['2026-06-01T00:00:00Z', 'P14DT1H30M5S', '2026-06-15T01:30:05Z'],
    ['2026-06-01T00:00:00Z', 'PT0S', '2026-06-01T00:00:00Z'],
  ])('go by the calendar in UTC: %s and %s is %s', (from, duration, expected) => {
    expect(after(at(from), duration)).toBe(at(expected));
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P1',
    '1D',
    'p1d',
    '-P1D',
    '+P1D',
    'P1.5D',
    'PT1,5H',
    'P1H',
    'PT1D',
    '14 days',
    'P1D ',
    'P 1D',
    'P1M1Y',
    'P999999D',
  ])('refuses %j', (text) => expect(Value.Check(Duration, text)).toBe(false));

  it('can be added to any time of ours without an error, and never lead backwards', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 0, max: at('2200-01-01T00:00:00Z') }), (duration, from) => {
        expect(Value.Check(Duration, duration)).toBe(true);
        expect(after(from, duration)).toBeGreaterThanOrEqual(from);
      }),
    );
  });

  it('end later the later they begin', () => {
    const times = fc.integer({ min: 0, max: at('2200-01-01T00:00:00Z') });
    fc.assert(
      fc.property(durations, times, fc.nat(1e12), (duration, from, later) => {
        expect(after(from + later, duration)).toBeGreaterThanOrEqual(after(from, duration));
      }),
    );
  });

  it.each([
    ['P14D', '14 days'],
    ['P1DT12H', '1 day 12 hours'],
    ['P1Y1M', '1 year 1 month'],
    ['PT0S', 'no time'],
  ])('can be said in words: %s is %s', (duration, words) => expect(durationInWords(duration)).toBe(words));
});
