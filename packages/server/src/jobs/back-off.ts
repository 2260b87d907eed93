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
