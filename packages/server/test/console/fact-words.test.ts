import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factLines, valueWords } from '../../src/console/fact-words.ts';

describe('a fact in words', () => {
  it('tells days and durations', () => {
    expect(valueWords('lastContact', '2026-11-01')).toBe('1 November 2026');
    expect(valueWords('checkInAtMost', 'P21D')).toBe('21 days');
  });

  it.each([
    ['checkInAtMost', 'soon'],
    ['checkInAtMost', 'P'],
    ['lastContact', '2026-99-99'],
    ['released', '0000-00-00'],
  ])('shows %s as it is where it only looks like one: %s', (name, value) => {
    expect(valueWords(name, value)).toBe(value);
  });

  it('shows whatever a laptop sends', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('2026-13-45', '2026-02-30', 'P1D', 'PT', 'P99999Y', '__proto__'),
    );
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('xAtMost', 'appearsToBeIn', 'since', 'bytes', 'percent', '__proto__'),
    );
    const fact = fc.dictionary(name, fc.oneof(text, fc.double(), fc.object(), fc.array(fc.dictionary(name, text))));
    const shown = fc.property(fact, (facts) => factLines(JSON.stringify(facts)).length >= 0);
    expect(() => fc.assert(shown)).not.toThrow();
  });
});

describe('a size', () => {
  it.each([
    [31_000_000_000, '31.0 GB'],
    [16_777_216, '16.8 MB'],
    [1_000, '1.0 kB'],
    [7, '7 bytes'],
    [0, '0 bytes'],
  ])('of %i bytes is %s', (bytes, words) => {
    expect(factLines(JSON.stringify({ bytes }))).toEqual([{ name: 'Size', lines: [words] }]);
  });
});
