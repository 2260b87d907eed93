import { type DesiredState, pauseAt } from '@beadle/shared';
import { latestReached, type Meta } from '../outbox/meta.ts';

/** Timers of Node count no further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface PauseOptions {
  readonly desired: () => DesiredState | undefined;
  readonly meta: Pick<Meta, 'integer'>;
  /** The best-known time, in milliseconds since the epoch. */
  readonly now: () => number;
  /** One has begun or ended. */
  readonly changed: () => void;
}

/**
 * Whether ICT has paused Beadle on this device. It ends by the latest moment that the device knows to have reached: a
 * clock that is put back, or time that it was off, makes no pause longer.
 */
export function createPause({ desired, meta, now, changed }: PauseOptions) {
  const reached = () => latestReached(meta, now());
  const holdsUntil = () => pauseAt(desired(), reached())?.until;
  let held: boolean | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** Something may have changed; nothing happens before `run`. */
  function look(): void {
    if (held === undefined) return;
    const until = holdsUntil();
    clearTimeout(timer);
    if (until !== undefined) timer = setTimeout(look, Math.min(until - reached() + 1, LONGEST_TIMER_MS)).unref();
    if (held === (until !== undefined)) return;
    held = until !== undefined;
    changed();
  }

  return {
    holdsUntil,
    holds: (): boolean => holdsUntil() !== undefined,
    look,
    /** Until `signal` aborts. */
    async run(signal: AbortSignal): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) return;
      held = holdsUntil() !== undefined;
      look();
      await promise;
      held = undefined;
      clearTimeout(timer);
    },
  };
}

export type PauseSwitch = ReturnType<typeof createPause>;
