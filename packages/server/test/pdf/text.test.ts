import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asSeen } from '../../src/pdf/direction.ts';
import { isCovered } from '../../src/pdf/fonts.ts';
import { printable } from '../../src/pdf/printable.ts';
import { wrap } from '../../src/pdf/wrap.ts';

const print = (text: string) => printable(text, isCovered);
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

describe('printable text', () => {
  it.each([
    ['Tŷ Ŵyl ’n ŷ ŵ', 'Tŷ Ŵyl ’n ŷ ŵ'],
    ['w\u0302', 'ŵ'],
    ['a\u0000b\u0007c', 'abc'],
    ['one\r\ntwo\rthree\u2028four', 'one\ntwo\nthree\nfour'],
    ['one\n\n\n\ntwo', 'one\n\ntwo'],
    ['\u202Etxt.exe\u202C', 'txt.exe'],
    ['a\t\u00A0b', 'a b'],
    ['👩‍💻', '[U+1F469][U+1F4BB]'],
    ['\uD800', '\uFFFD'],
  ])('%j is %j', (given, expected) => {
    expect(print(given)).toBe(expected);
  });

  it('has a glyph for every sign, nothing that is not seen, and is as it is when it is printed again', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const printed = print(text);
        for (const sign of printed) expect(sign === '\n' || isCovered(sign.codePointAt(0) ?? 0)).toBe(true);
        expect(printed).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
        expect(print(printed)).toBe(printed);
      }),
    );
  });
});

describe('lines', () => {
  const measure = (text: string) => text.length;

  it('are broken at spaces, and within a word only where it is longer than a line', () => {
    expect(wrap('the quick brown fox', 10, measure)).toEqual(['the quick ', 'brown fox']);
    expect(wrap('abcdefghijklm no', 5, measure)).toEqual(['abcde', 'fghij', 'klm ', 'no']);
    expect(wrap('security-leader', 10, measure)).toEqual(['security-', 'leader']);
    expect(wrap('one\n\ntwo', 10, measure)).toEqual(['one ', ' ', 'two']);
  });

  it('fit, and lose and add nothing but spaces', () => {
    fc.assert(
      fc.property(anything.map(print), fc.integer({ min: 2, max: 40 }), (text, width) => {
        const letters = (given: string) => given.replaceAll(/\s/g, '');
        const lines = wrap(text, width, (part) => [...new Intl.Segmenter('en').segment(part)].length);
        expect(letters(lines.join(''))).toBe(letters(text));
        for (const line of lines)
          expect([...new Intl.Segmenter('en').segment(line.trimEnd())].length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('are wrapped in no time where one word is very long', () => {
    let measured = 0;
    wrap('x'.repeat(10_000), 50, (part) => {
      measured += part.length;
      return part.length;
    });
    expect(measured).toBeLessThan(1_000_000);
  });
});

describe('words that run from right to left', () => {
  it.each([
    ['plain words', 'plain words'],
    ['by שלום עולם today ', 'by עולם שלום today '],
    ['שלום - עולם', 'עולם - שלום'],
  ])('%j are seen as %j', (read, seen) => {
    expect(asSeen(read)).toBe(seen);
  });
});
