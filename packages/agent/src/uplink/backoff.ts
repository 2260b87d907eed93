import type { Random } from '@beadle/shared';

export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * Exponential back-off with full jitter in its upper half, so that devices that lost the server together do not come
 * back together. `failures` counts from 1.
 */
export function delayAfter(failures: number, { firstMs, mostMs }: BackOff, random: Random): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * random.fraction());
}

/** Within a fifth of `ms` to either side. */
export const jittered = (ms: number, random: Random): number => Math.round(ms * (0.8 + 0.4 * random.fraction()));
