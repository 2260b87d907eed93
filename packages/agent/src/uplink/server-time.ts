import type { Clock, Known } from '@beadle/shared';
import { type Meta, REACHED_AT } from '../outbox/meta.ts';

/**
 * The best-known time: the server's last signed time carried on by the monotonic clock, or, after a restart, this
 * machine's clock less the skew that was last seen. A wrong clock is recorded and refuses nobody (invariant 12).
 */
export interface ServerTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The server's last signed time carried on by the monotonic clock alone; undefined until it has told it in this run. */
  signed(): number | undefined;
  /** This machine's clock less the server's, in milliseconds; unknown until the server has once told its time. */
  skewMs(): Known<number>;
  /** Takes the server's signed time, which was true between `sentAt` and now by the monotonic clock. */
  heard(serverTime: number, sentAtMonotonic: number): void;
}

/** Below this, a difference is the network's and not the clock's. */
const NOISE_MS = 2_000;

export function createServerTime(clock: Clock, meta: Meta): ServerTime {
  let anchor: { readonly server: number; readonly monotonic: number } | undefined;
  const remembered = () => meta.text('skew_ms');
  const signed = () =>
    anchor === undefined ? undefined : Math.round(anchor.server + clock.monotonic() - anchor.monotonic);
  return {
    now: () => signed() ?? clock.now() - Number(remembered() ?? 0),
    signed,
    skewMs() {
      const skew =
        anchor === undefined ? remembered() : clock.now() - (anchor.server + clock.monotonic() - anchor.monotonic);
      return skew === undefined ? { unknown: 'nothing-to-compare' } : { known: Math.round(Number(skew)) };
    },
    heard(serverTime, sentAtMonotonic) {
      const monotonic = clock.monotonic();
      const half = (monotonic - sentAtMonotonic) / 2;
      anchor = { server: serverTime + half, monotonic };
      if (meta.integer(REACHED_AT) > anchor.server + NOISE_MS) meta.set(REACHED_AT, Math.round(anchor.server));
      const skew = Math.round(clock.now() - anchor.server);
      const before = Number(remembered() ?? Number.NaN);
      // Written only where it has changed, so that an idle device writes nothing.
      if (!(Math.abs(skew - before) < NOISE_MS)) meta.set('skew_ms', Math.abs(skew) < NOISE_MS ? 0 : skew);
    },
  };
}
