/** What stands where a name stood. */
export const MASK = '[name]';

/** A shorter string is found only as a word of its own: an account of two letters is part of many words. */
const SHORTEST_WITHIN = 5;
/** Begins where a word does, so that a text of any length is gone through once. */
const ADDRESS = /(?<![^\s@<>()[\],;:"])[^\s@<>()[\],;:"]+@[^\s@<>()[\],;:"]+/gu;
/** Compiled once: with every case of every letter in it a pattern takes longer to compile than a text to be looked through. */
const LETTER_BEFORE = /[\p{L}\p{N}]$/u;
const LETTER_AFTER = /^[\p{L}\p{N}]/u;

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

const pattern = (name: string): string => wordsOf(name).map(literal).join(String.raw`\s+`);

/** The parts of a person's name, where they are written as names are: `Rivers` of `Sam Rivers`, and `SAM`. */
function partsOf(name: string): string[] {
  if (/[@\d]/.test(name)) return [];
  const parts = wordsOf(name.replaceAll(',', ' ')).filter((part) => part.length >= 3);
  return parts.flatMap((part) => [part.slice(0, 1).toUpperCase() + part.slice(1), part.toUpperCase()]);
}

interface Search {
  readonly pattern: RegExp;
  /** Whether it is only found where no letter and no figure stands beside it. */
  readonly alone: boolean;
}

const anyOf = (names: readonly string[], flags: string, alone: boolean): Search[] =>
  names.length === 0 ? [] : [{ pattern: new RegExp(names.map(pattern).join('|'), flags), alone }];

const standsAlone = (text: string, from: number, to: number): boolean =>
  !LETTER_BEFORE.test(text.slice(Math.max(0, from - 2), from)) && !LETTER_AFTER.test(text.slice(to, to + 2));

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

function searchesFor({ strings, people }: Known): Search[] {
  const whole = [...new Set([...strings, ...people].map((name) => tidy(name).trim()))]
    .filter(canBeFound)
    .toSorted((a, b) => b.length - a.length);
  const parts = [...new Set(people.map(tidy).flatMap(partsOf))].toSorted((a, b) => b.length - a.length);
  return [
    { pattern: ADDRESS, alone: false },
    ...anyOf(
      whole.filter((name) => name.length >= SHORTEST_WITHIN),
      'giu',
      false,
    ),
    ...whole.filter((name) => name.length < SHORTEST_WITHIN).flatMap((name) => anyOf([name], 'giu', true)),
    ...anyOf(parts, 'gu', true),
  ];
}

/** Puts the mask where anything known occurs, and where anything that looks like an e-mail address does. */
export function createMask(known: Known): (text: string) => Masked {
  const searches = searchesFor(known);
  return (given) => {
    let [text, replaced, before] = [tidy(given), 0, ''];
    // Again, until nothing is found: what was part of a longer word may stand alone now.
    while (text !== before) {
      before = text;
      for (const { pattern: sought, alone } of searches)
        text = text.replaceAll(sought, (found: string, at: number, whole: string) => {
          if (alone && !standsAlone(whole, at, at + found.length)) return found;
          replaced += 1;
          return MASK;
        });
    }
    return { text, replaced };
  };
}
