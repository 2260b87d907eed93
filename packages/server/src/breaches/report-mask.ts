/** What stands where a name stood. */
export const MASK = '[name]';

/** A shorter string is found only as a word of its own: an account of two letters is part of many words. */
const SHORTEST_WITHIN = 5;
/** Begins where a word does, so that a text of any length is gone through once. */
const ADDRESS = /(?<![^\s@<>()[\],;:"])[^\s@<>()[\],;:"]+@[^\s@<>()[\],;:"]+/gu;
const LETTER = String.raw`[\p{L}\p{N}]`;

const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '')
    .normalize('NFC');

/** Apostrophes, hyphens and spaces are typed in many ways. */
const literal = (text: string): string =>
  RegExp.escape(text)
    .replaceAll(/(?:\\x27|['’‘ʼ`])/g, "['’‘ʼ`]")
    .replaceAll(/(?:\\x2d|[‐‑–])/g, '[-‐‑–]');

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

function pattern(name: string): string {
  const words = wordsOf(name).map(literal).join(String.raw`\s+`);
  return name.length >= SHORTEST_WITHIN ? words : `(?<!${LETTER})${words}(?!${LETTER})`;
}

/** The parts of a person's name, where they are written as names are: `Rivers` of `Sam Rivers`, and `SAM`. */
function partPatterns(name: string): string[] {
  if (/[@\d]/.test(name)) return [];
  const parts = wordsOf(name.replaceAll(',', ' ')).filter((part) => part.length >= 3);
  return parts.flatMap((part) => {
    const capital = part.slice(0, 1).toUpperCase() + part.slice(1);
    return [capital, part.toUpperCase()].map((form) => `(?<!${LETTER})${literal(form)}(?!${LETTER})`);
  });
}

/** What is known to name somebody or something, each in its usual form. */
export interface Known {
  /** Names, accounts, addresses, tags and serial numbers, found in any case. */
  readonly strings: readonly string[];
  /** Names of people, whose parts are found as well. */
  readonly people: readonly string[];
}

export interface Masked {
  readonly text: string;
  readonly replaced: number;
}

/** Whether it can be looked for: one sign says nothing, and what stands in the mask is found wherever one is. */
const canBeFound = (name: string): boolean =>
  name.length >= 2 && /[\p{L}\p{N}]/u.test(name) && !MASK.includes(name.toLowerCase());

/** Puts the mask where anything known occurs, and where anything that looks like an e-mail address does. */
export function createMask({ strings, people }: Known): (text: string) => Masked {
  const whole = [...new Set([...strings, ...people].map((name) => tidy(name).trim()))]
    .filter(canBeFound)
    .toSorted((a, b) => b.length - a.length);
  const parts = [...new Set(people.map(tidy).flatMap(partPatterns))];
  const patterns = [
    ADDRESS,
    ...(whole.length > 0 ? [new RegExp(whole.map(pattern).join('|'), 'giu')] : []),
    ...(parts.length > 0 ? [new RegExp(parts.join('|'), 'gu')] : []),
  ];
  return (given) => {
    let [text, replaced, before] = [tidy(given), 0, ''];
    // Again, until nothing is found: what was part of a longer word may stand alone now.
    while (text !== before) {
      before = text;
      for (const one of patterns)
        text = text.replaceAll(one, () => {
          replaced += 1;
          return MASK;
        });
    }
    return { text, replaced };
  };
}
