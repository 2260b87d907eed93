/** Whoever is known to hold a device, in the forms that accounts are called by. */
export interface Names {
  add(holder: string): void;
  /** Whether an account or an address has somebody's name in it. */
  isIn(text: string): boolean;
}

const SHORTEST = 4;
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);

/**
 * A name is taken for somebody's where one of its words is a holder's (of four letters or more), or all of it is a
 * holder's words joined or their initial with the last. It would rather leave out a machine's account than name a person.
 */
export function createNames(): Names {
  const words = new Set<string>();
  const joined = new Set<string>();
  return {
    add(holder) {
      const all = wordsOf(holder);
      const [first = '', last = ''] = [all[0], all.at(-1)];
      for (const word of all) if (word.length >= SHORTEST) words.add(word);
      for (const form of [
        all.join(''),
        `${first.slice(0, 1)}${last}`,
        `${last}${first.slice(0, 1)}`,
        `${last}${first}`,
      ])
        if (form.length >= SHORTEST) joined.add(form);
    },
    isIn(text) {
      const all = wordsOf(text);
      return all.some((word) => words.has(word) || joined.has(word)) || joined.has(all.join(''));
    },
  };
}
