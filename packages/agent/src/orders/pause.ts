import { type DesiredState, pauseAt } from '@beadle/shared';
import { faultOf } from '../errors.ts';
import { latestReached, type Meta } from '../outbox/meta.ts';

/** Timers of Node count no further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const RETRY_AFTER_FAULT_MS = 60_000;

export interface PauseOptions {
  readonly desired: () => DesiredState | undefined;
  readonly meta: Pick<Meta, 'integer'>;
  /** The best-known time, in milliseconds since the epoch. */
  readonly now: () => number;
  /** One has begun or ended. */
  readonly changed: () => void;
}

/** One timer, at which `look` is called: a fault of the store is tried again, a damaged one and a bug are given to `fail`. */
function createAlarm(look: () => void, fail: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  function ring(): void {
    try {
      look();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault === 'corrupt') fail(error);
      else set(RETRY_AFTER_FAULT_MS);
    }
  }
  function set(milliseconds: number): void {
    timer = setTimeout(ring, Math.min(milliseconds, LONGEST_TIMER_MS)).unref();
  }
  return { set, clear: () => clearTimeout(timer) };
}

/**
 * Whether ICT has paused Beadle on this device. It ends by the latest moment that the device knows to have reached: a
 * clock that is put back, or time that it was off, makes no pause longer.
 */
export function createPause({ desired, meta, now, changed }: PauseOptions) {
  const reached = () => latestReached(meta, now());
  const holdsUntil = () => pauseAt(desired(), reached())?.until;
  const holds = () => holdsUntil() !== undefined;
  let held: boolean | undefined;
  let fail: (error: unknown) => void = () => undefined;
  const alarm = createAlarm(look, (error) => fail(error));

  /** Something may have changed; nothing happens before `run`. */
  function look(): void {
    if (held === undefined) return;
    const until = holdsUntil();
    alarm.clear();
    if (until !== undefined) alarm.set(until - reached() + 1);
    if (held === (until !== undefined)) return;
    held = until !== undefined;
    changed();
  }

  /** Until `signal` aborts; rejects where the store is damaged. */
  async function run(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) return;
    fail = reject;
    try {
      held = holds();
      look();
      await promise;
    } finally {
      held = undefined;
      alarm.clear();
    }
  }

  return { holdsUntil, holds, look, run };
}
