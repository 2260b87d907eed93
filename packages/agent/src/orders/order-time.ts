import type { Clock } from '@beadle/shared';
import type { Meta } from '../outbox/meta.ts';
import type { ServerTime } from '../uplink/server-time.ts';

const SIGNED_REACHED = 'signed_reached';
/** Kept no finer than this, so that a restart takes little off the time that a restriction has served. */
const KEEP_EVERY_MS = 60_000;

/**
 * By what the ends of orders are judged: the server's signed time carried on by monotonic time, and never this machine's
 * own clock, which whoever has the laptop can set. After a restart it goes on from what was kept, so that a restriction
 * holds for the time that the device was off as well, until the server or a newer document tells the time.
 */
export function createOrderTime({ clock, meta, serverTime }: Deps) {
  const startedAt = clock.monotonic();
  let base = meta.integer(SIGNED_REACHED);
  const now = (): number => {
    const carried = base === 0 ? 0 : Math.round(base + clock.monotonic() - startedAt);
    return serverTime.signed() ?? carried;
  };
  return {
    /** Milliseconds since the epoch; 0 where nothing signed has ever told. */
    now,
    /** A document that the server signed at `at` says that it is no earlier. */
    heard(at: number): void {
      if (serverTime.signed() !== undefined || at <= now()) return;
      base = at - (clock.monotonic() - startedAt);
      this.keep();
    },
    /** To be called from time to time while something ends by it. */
    keep(): void {
      const reached = now();
      if (Math.abs(reached - meta.integer(SIGNED_REACHED)) >= KEEP_EVERY_MS) meta.set(SIGNED_REACHED, reached);
    },
  };
}

interface Deps {
  readonly clock: Clock;
  readonly meta: Meta;
  readonly serverTime: Pick<ServerTime, 'signed'>;
}
export type OrderTime = ReturnType<typeof createOrderTime>;
