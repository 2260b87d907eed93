import type { Random } from '@beadle/shared';

/** The same at every run (mulberry32): a council that is measured twice is the same council. */
export function dice(seed: number) {
  let state = seed;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most: number): number => Math.floor(fraction() * most);
  return {
    fraction,
    below,
    /** A low number is likelier than a high one: few devices have most of what happens. */
    skewed: (most: number): number => Math.floor(fraction() ** 3 * most),
    /** True so many times in a hundred. */
    percent: (share: number): boolean => fraction() * 100 < share,
    of: <T>(values: readonly T[]): T => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('there is nothing to choose from');
      return value;
    },
  };
}
export type Dice = ReturnType<typeof dice>;

/** For ids. */
export function randomOf({ fraction, below }: Dice): Random {
  return { bytes: (size) => Uint8Array.from({ length: size }, () => below(256)), fraction };
}
