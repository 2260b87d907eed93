/** How wide a text is, in points. */
export type Measure = (text: string) => number;

/** No line of a page has more letters than this; a longer word is cut without measuring all of it. */
const MOST_LETTERS = 200;

const letters = new Intl.Segmenter('en-GB', { granularity: 'grapheme' });

/** Where a long word is cut rather than within one of its parts: an address, a role's id. */
const JOINT = /^.+[-/_.@](?=.)/su;

/** As many letters of a word as fit, at least one. */
function headOf(word: string, width: number, measure: Measure): string {
  const parts = Array.from(letters.segment(word.slice(0, MOST_LETTERS)), ({ segment }) => segment);
  let [low, high] = [1, parts.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(parts.slice(0, middle).join('')) <= width) low = middle;
    else high = middle - 1;
  }
  const head = parts.slice(0, low).join('');
  return JOINT.exec(head)?.[0] ?? head;
}

/** A word in pieces that fit; the last may be followed by another word. */
function pieces(word: string, width: number, measure: Measure): string[] {
  const found: string[] = [];
  let rest = word;
  while (rest !== '' && (rest.length > MOST_LETTERS || measure(rest) > width)) {
    const head = headOf(rest, width, measure);
    found.push(head);
    rest = rest.slice(head.length);
  }
  return rest === '' ? found : [...found, rest];
}

function paragraphLines(text: string, width: number, measure: Measure): string[] {
  const lines: string[] = [];
  const space = measure(' ');
  let [line, used] = ['', 0];
  for (const word of text.split(' ')) {
    for (const [at, piece] of pieces(word, width, measure).entries()) {
      const wide = measure(piece);
      const isFirst = line === '';
      if (!isFirst && (at > 0 || used + space + wide > width)) {
        // The space stays, so that whoever hears the lines hears two words (ISO 14289-1, 7.2).
        lines.push(at > 0 ? line : `${line} `);
        [line, used] = [piece, wide];
      } else [line, used] = isFirst ? [piece, wide] : [`${line} ${piece}`, used + space + wide];
    }
  }
  return [...lines, line];
}

/** A text in lines that are no wider than `width` but for a space at the end, broken at spaces where there are any. */
export function wrap(text: string, width: number, measure: Measure): string[] {
  const lines = text.split('\n').map((paragraph) => paragraphLines(paragraph, width, measure));
  // As within a paragraph, a space stands between what ends one line and begins the next.
  return lines.flatMap((found, at) =>
    at === lines.length - 1 ? found : [...found.slice(0, -1), `${found.at(-1) ?? ''} `],
  );
}
