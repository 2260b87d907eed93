import type { Random } from '@beadle/shared';

const FIRST_MS = 1000;
const LONGEST_MS = 3_600_000;

/**
 * Milliseconds until the attempt after `attempts`: doubles from a second to an hour, less up to half of it by chance, so
 * that what failed together does not come back together.
 */
export function retryDelay(attempts: number, random: Random): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(attempts - 1, 30), LONGEST_MS);
  return Math.round(full * (1 - random.fraction() / 2));
}

/** Thrown by a job whose far end has said when to come again; no sooner than that, and no later than an hour. */
export class TryLater extends Error {
  readonly afterMs: number;

  constructor(message: string, afterMs: number, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'TryLater';
    this.afterMs = Math.min(Math.max(afterMs, 0), LONGEST_MS);
  }
}

/** Milliseconds until the next attempt of a job that failed of `error`. */
export const waitAfter = (error: unknown, attempts: number, random: Random): number =>
  Math.max(retryDelay(attempts, random), error instanceof TryLater ? error.afterMs : 0);
