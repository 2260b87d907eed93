/** More marks than this on one letter would be drawn over the lines above and below. */
const MOST_MARKS = 3;

const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029\v\f]/g;
/** Controls, and what is not seen but moves what is: marks of direction, joiners, tags, variation selectors. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}]|[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu;
const SPACES = /[\t\p{Zs}]+/gu;
const STACKED = new RegExp(`(\\p{M}{${MOST_MARKS}})\\p{M}+`, 'gu');

/** `[U+1F600]`: a sign that cannot be drawn is named, so that nothing is lost without a trace. */
const named = (character: string): string => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}]`;

/**
 * Text of people and devices as it can be drawn: one form of each letter, lines ended by \n, no empty line beside
 * another, nothing that is not seen, and the name of each sign that the fonts do not have.
 */
export function printable(text: string, isCovered: (codePoint: number) => boolean): string {
  const plain = text
    .toWellFormed()
    .replaceAll(/[\t]/g, ' ')
    .replaceAll(LINE_ENDS, '\n')
    .replaceAll(UNSEEN, '')
    .normalize('NFC')
    .replaceAll(STACKED, '$1')
    .replaceAll(SPACES, ' ')
    .replaceAll(/ *\n */g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return Array.from(plain, (character) =>
    character === '\n' || isCovered(character.codePointAt(0) ?? 0) ? character : named(character),
  ).join('');
}
