/** Randomness that a seed repeats: mulberry32, so that request N of a seed is the same whatever was sent before it. */
export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  text(alphabet: string, length: number): string;
}

export function createDice(seed: string, index = 0): Dice {
  let state = [...`${seed}:${index}`].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619),
    2_166_136_261,
  );
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const dice: Dice = {
    below: (below) => Math.floor(fraction() * below),
    chance: (probability) => fraction() < probability,
    pick: (from) => {
      const [first] = from;
      if (first === undefined) throw new Error('there is nothing to pick from');
      return from[dice.below(from.length)] ?? first;
    },
    text: (alphabet, length) => Array.from({ length }, () => alphabet[dice.below(alphabet.length)] ?? '').join(''),
  };
  return dice;
}
