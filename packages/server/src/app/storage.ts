import type { Clock } from '@beadle/shared';
import { codeOf } from '../errors.ts';

/**
 * The disk is full, broken or read-only, or the database is a replica: it still reads, and so answers whoever only asks
 * whether it is there. Codes of five are PostgreSQL's (appendix A of its manual).
 */
const TAKES_NOTHING = /^(ENOSPC|EROFS|EIO|SQLITE_(FULL|READONLY|IOERR).*|53100|58030|25006)$/;

/** As long as a client that was refused is told to stay away: with nobody storing anything, nothing newer is known. */
const BELIEVED_MS = 30_000;

/** What the server has last seen of its storage, for the probe. */
export interface Storage {
  /** Told of each error that a request met. */
  failed(error: unknown): void;
  /** Something was stored. */
  worked(): void;
  isRefusing(): boolean;
}

export function watchStorage(clock: Clock): Storage {
  let refusedAt = Number.NEGATIVE_INFINITY;
  return {
    failed: (error) => {
      if (TAKES_NOTHING.test(codeOf(error) ?? '')) refusedAt = clock.monotonic();
    },
    worked: () => {
      refusedAt = Number.NEGATIVE_INFINITY;
    },
    isRefusing: () => clock.monotonic() - refusedAt < BELIEVED_MS,
  };
}
