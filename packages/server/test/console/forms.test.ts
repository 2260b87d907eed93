import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormField } from '../../src/console/forms/fields.ts';
import { ageWords, dayOf, endOfDay, momentOf, partsOf, timeOf } from '../../src/console/forms/moments.ts';
import { asSent, readForm, summaryOf } from '../../src/console/forms/read.ts';
import { titleOf } from '../../src/console/pages/report-form.ts';

describe('a time of day', () => {
  it.each([
    ['9:30am', '09:30'],
    ['9.30 PM', '21:30'],
    ['12am', '00:00'],
    ['12:05pm', '12:05'],
    ['21:30', '21:30'],
    ['9:05', '09:05'],
    ['midday', '12:00'],
    ['Midnight', '00:00'],
  ])('%s is %s', (text, time) => expect(timeOf(text)).toBe(time));

  it.each(['', '9', '25:00', '13pm', '0am', '9:60', 'soon', '9:30am today'])('%j is none', (text) =>
    expect(timeOf(text)).toBeUndefined(),
  );

  it('is none, or one that a clock has, whatever is entered', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(timeOf(text) ?? '00:00').toMatch(/^([01]\d|2[0-3]):[0-5]\d$/);
      }),
    );
  });
});

describe('a day', () => {
  it('is one of the calendar or none, whatever is entered', () => {
    expect(dayOf('29', '2', '2024')).toBe('2024-02-29');
    expect(dayOf('29', '2', '2026')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (day, month, year) =>
        /^\d{4}-\d{2}-\d{2}$/.test(dayOf(day, month, year) ?? '2026-01-01'),
      ),
    );
  });

  it('ends a second before the next on the council’s clock, in summer, too', () => {
    expect(endOfDay('2026-06-04')).toBe('2026-06-04T22:59:59.000Z');
    expect(endOfDay('2026-12-04')).toBe('2026-12-04T23:59:59.000Z');
  });
});

describe('a moment', () => {
  it('comes back as it was entered', () => {
    const shown = partsOf(momentOf('2026-06-04', '21:30'));
    expect(shown).toEqual({ day: '4', month: '6', year: '2026', time: '21:30' });
    expect(momentOf('2026-06-04', '21:30')).toBe('2026-06-04T20:30:00.000Z');
  });

  it.each([
    [0, '0 minutes'],
    [60_000, '1 minute'],
    [3 * 3_600_000, '3 hours'],
    [47 * 3_600_000, '47 hours'],
    [50 * 3_600_000, '2 days'],
    [-5000, '0 minutes'],
  ])('%d ms ago is told as %s', (age, words) => expect(ageWords(0, age)).toBe(words));
});

const FIELDS: readonly FormField[] = [
  { name: 'why', kind: 'text', label: 'Why', missing: 'Enter why', most: 10 },
  { name: 'at', kind: 'moment', label: 'When', timeOptional: true },
  { name: 'people', kind: 'number', label: 'People', most: 100 },
  {
    name: 'what',
    kind: 'choice',
    label: 'What',
    options: [
      { value: 'a', text: 'This', fields: [{ name: 'more', kind: 'line', label: 'More', missing: 'Enter more' }] },
      { value: 'b', text: 'That' },
    ],
  },
];
const NOW = Date.parse('2026-06-04T12:00:00Z');
const read = (sent: Record<string, string>) => readForm(FIELDS, sent, NOW);
const errorsOf = (sent: Record<string, string>) => read({ why: 'x', ...sent }).errors;

describe('a form', () => {
  it('says what is missing and what is wrong, at the field', () => {
    expect(read({}).errors).toEqual([{ field: 'why', text: 'Enter why' }]);
    expect(errorsOf({ why: 'x'.repeat(11) })).toEqual([{ field: 'why', text: 'Why must be 10 characters or fewer' }]);
    expect(errorsOf({ people: 'many' })[0]?.text).toBe('People must be a whole number, like 12');
    expect(errorsOf({ people: '101' })[0]?.text).toBe('People must be 100 or fewer');
    expect(errorsOf({ what: 'c' })[0]?.text).toBe('Choose one of the answers');
    const [day, month, year] = ['at-day', 'at-month', 'at-year'];
    expect(errorsOf({ [day]: '5', [month]: '6', [year]: '2026' })).toEqual([
      { field: 'at-day', text: 'When must be in the past' },
    ]);
    expect(errorsOf({ [day]: '5' })[0]?.text).toBe('When must be a real date, like 4 6 2026');
  });

  it('asks for more only where the answer was chosen that asks it', () => {
    expect(errorsOf({ what: 'a' })).toEqual([{ field: 'more', text: 'Enter more' }]);
    expect(errorsOf({ what: 'b', more: 'left over' })).toEqual([]);
    expect(read({ why: 'x', what: 'b', more: 'left over' }).values).toEqual({ why: 'x', what: 'b' });
  });

  it('is shown again as it was, and to be confirmed in words', () => {
    const values = { why: 'because', at: '2026-06-04T08:30:00.000Z', what: 'a', more: 'this' };
    const sent = asSent(FIELDS, values);
    expect(readForm(FIELDS, sent, NOW)).toEqual({ values, errors: [] });
    expect(summaryOf(FIELDS, values)).toEqual([
      { label: 'Why', text: 'because' },
      { label: 'When', text: '4 June 2026 at 9:30am' },
      { label: 'What', text: 'This' },
      { label: 'More', text: 'this' },
    ]);
  });
});

describe('the title of a report', () => {
  it('is its first sentence, cut where it is long', () => {
    expect(titleOf('I lost it. On a train.')).toBe('I lost it');
    expect(titleOf('Gone\nfor good')).toBe('Gone');
    expect(titleOf(`${'word '.repeat(60)}end`)).toMatch(/^(word )+word…$/);
  });

  it('is never empty and never too long, whatever happened', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }), (text) => {
        const title = titleOf(`x${text}`);
        expect(title.length).toBeGreaterThan(0);
        expect(title.length).toBeLessThanOrEqual(200);
        expect(title.isWellFormed()).toBe(true);
      }),
    );
  });
});
