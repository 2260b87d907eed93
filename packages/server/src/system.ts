import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '@beadle/shared';

/** This machine's own clock and randomness. Only the process itself takes them; all else has them handed in. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export const systemRandom: Random = { bytes: (size) => randomBytes(size), fraction: () => Math.random() };
