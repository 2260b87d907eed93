import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@beadle/shared';

/** Resolves after so many milliseconds, or at once when `signal` aborts. */
export const waitFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

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

/** A refusal that nobody has signed silences no device for longer than this. */
const MOST_AFTER_SECONDS = 3_600;

/** Never sooner than the server said, and up to half as much later, at random. */
export const notBefore = (retryAfterSeconds: number, random: Random): number =>
  Math.ceil(Math.min(retryAfterSeconds, MOST_AFTER_SECONDS) * 1000 * (1 + random.fraction() / 2));

export interface Return {
  /** After how long without the server a return is spread. */
  readonly awayMs: number;
  /** Within what. */
  readonly withinMs: number;
}

/** Where a whole council comes back at one moment, each device takes its own within a few seconds. */
export const spreadReturn = (awayMs: number, spread: Return, random: Random): number =>
  awayMs < spread.awayMs ? 0 : Math.round(spread.withinMs * random.fraction());
