import { createHash } from 'node:crypto';
import type { Clock, Random } from '@beadle/shared';

export interface FakeClock extends Clock {
  /** Milliseconds that this clock is ahead of the true time. */
  skew: number;
}

/** One true time, on which every fake clock of a test runs. */
export interface World {
  time: number;
  pass(milliseconds: number): void;
  clock(skew?: number): FakeClock;
}

export function createWorld(start = '2026-11-23T09:00:00Z'): World {
  const begin = Date.parse(start);
  const world: World = {
    time: begin,
    pass: (milliseconds) => {
      world.time += milliseconds;
    },
    clock(skew = 0) {
      const clock: FakeClock = { skew, now: () => world.time + clock.skew, monotonic: () => world.time - begin };
      return clock;
    },
  };
  return world;
}

/** SHA-256 of a seed and a count: the same at every run, and never the same twice in one. */
export function seededRandom(seed = 'beadle'): Random {
  let count = 0;
  const block = () =>
    createHash('sha256')
      .update(`${seed}:${(count += 1)}`)
      .digest();
  return {
    bytes: (size) => Buffer.concat(Array.from({ length: Math.ceil(size / 32) }, block)).subarray(0, size),
    fraction: () => block().readUInt32BE(0) / 2 ** 32,
  };
}
