import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matcherOf, matches, matchesAny } from '../src/patterns.ts';

/** What the words of the policy language say, without a thought for speed. */
const naive = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .toLowerCase()
      .split('*')
      .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}/-]/g, String.raw`\$&`))
      .join('[^]*')}$`,
  ).test(text.toLowerCase());

const letters = fc.string({ unit: fc.constantFrom('a', 'B', '*', '\\', '/', '.', '?', '[', '\n'), maxLength: 12 });

describe('patterns', () => {
  it('match as the words of the policy language say', () => {
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        expect(matches(pattern, text)).toBe(naive(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('match the same together as one by one', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 5 }), letters, (patterns, text) => {
        expect(matcherOf(patterns)(text)).toBe(matchesAny(patterns, text));
      }),
    );
  });

  it('match any text whose runs they were made from', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.array(fc.string()), (parts, fills) => {
        const plain = parts.map((part) => part.replaceAll('*', ''));
        const text = plain.reduce((whole, part, index) => `${whole}${fills[index] ?? ''}${part}`);
        expect(matches(plain.join('*'), text)).toBe(true);
      }),
    );
  });

  it.each([
    [String.raw`\\*.dacorum.gov.uk\*`, String.raw`\\PRINT01.dacorum.gov.uk\Floor 2`, true],
    [String.raw`\\*.dacorum.gov.uk\*`, String.raw`\\print01.example.org\Floor 2`, false],
    ['ipp://*.dacorum.gov.uk*', 'ipp://print.dacorum.gov.uk:631/printers/a', true],
    ['ipp://*.dacorum.gov.uk*', 'usb://HP/DeskJet?serial=1', false],
    ['aba', 'aba', true],
    ['ab*ba', 'aba', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j held against %j: %j', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));

  it('take time in proportion to the text, however the pattern is made', () => {
    const text = 'a'.repeat(100_000);
    const started = performance.now();
    expect(matches(`${'*a'.repeat(150)}*b`, text)).toBe(false);
    expect(matches(`${'*aaaaaaaaab'.repeat(15)}*`, text)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('in a list: any one will do, and none matches nothing', () => {
    expect(matchesAny(['x', 'a*'], 'ab')).toBe(true);
    expect(matchesAny([], 'ab')).toBe(false);
    expect(matchesAny(undefined, 'ab')).toBe(false);
  });
});
