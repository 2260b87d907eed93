import type { RestrictionKind } from '@beadle/shared';
import type { Restrictor } from '../restrictions/means.ts';
import type { Orders } from './carry-out.ts';

/** How often it is seen that what holds still does, as somebody may have undone it, and what waits is tried again. */
const LOOK_AGAIN_MS = 15_000;
/** Timers of Node count no further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Deps {
  readonly orders: Orders;
  readonly restrictor: Restrictor;
  /** Told which kinds hold, whenever it has been looked. */
  readonly holds: (kinds: readonly RestrictionKind[]) => void;
}

/** Sees to the orders whenever something may have changed: at once, in its own turn, and again from time to time. */
export class Look {
  readonly #deps: Deps;
  readonly #watching = new Map<RestrictionKind, AbortController>();
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #fail: ((error: unknown) => void) | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Something may have changed. Nothing happens before `run`, which looks first of all. */
  now(): void {
    const fail = this.#fail;
    if (fail === undefined) return;
    const one = this.#settle().catch(fail);
    this.#running.add(one);
    void one.finally(() => this.#running.delete(one));
  }

  async #settle(): Promise<void> {
    const { kinds, waits, nextEnd } = await this.#deps.orders.settle();
    if (this.#fail === undefined) return;
    this.#deps.holds(kinds);
    this.#watch(kinds);
    clearTimeout(this.#timer);
    const again = kinds.length > 0 || waits ? LOOK_AGAIN_MS : LONGEST_TIMER_MS;
    this.#timer = setTimeout(() => this.now(), Math.min(again, (nextEnd ?? LONGEST_TIMER_MS) + 1, LONGEST_TIMER_MS));
  }

  /** Has the system say what undoes a kind, while it holds. */
  #watch(kinds: readonly RestrictionKind[]): void {
    for (const [kind, stop] of this.#watching) {
      if (kinds.includes(kind)) continue;
      stop.abort();
      this.#watching.delete(kind);
    }
    for (const kind of kinds.filter((one) => !this.#watching.has(one))) {
      const stop = new AbortController();
      this.#watching.set(kind, stop);
      void this.#deps.restrictor.means[kind].watch?.(() => this.now(), stop.signal);
    }
  }

  /** Until `signal` aborts; rejects where the store is damaged, or on a bug. */
  async run(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) return;
    this.#fail = reject;
    this.now();
    try {
      await promise;
    } finally {
      this.#fail = undefined;
      this.#watch([]);
      await Promise.all(this.#running);
      clearTimeout(this.#timer);
    }
  }
}
