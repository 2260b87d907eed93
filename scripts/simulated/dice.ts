import type { Random } from '@beadle/shared';

/** All chance of a run, from its seed: the same seed throws the same dice. */
export interface Dice {
  fraction(): number;
  /** A whole number in [0, end). */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  readonly random: Random;
}

/** sfc32 (PractRand): small, quick and good enough to draw faults with; nothing secret hangs on it. */
export function createDice(seed: number, stream = 0): Dice {
  let [a, b, c, d] = [seed | 0, (seed / 2 ** 32) | 0, stream | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  const fraction = () => next() / 2 ** 32;
  const below = (end: number) => Math.floor(fraction() * end);
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    random: { bytes: (size) => Uint8Array.from({ length: size }, () => below(256)), fraction },
  };
}
