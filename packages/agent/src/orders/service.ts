import type { Clock, RestrictionKind } from '@beadle/shared';
import type { Logger } from 'pino';
import type { Identity } from '../identity/identity.ts';
import { createMeta } from '../outbox/meta.ts';
import type { Sql } from '../outbox/store.ts';
import type { Restrictor } from '../restrictions/means.ts';
import type { ServerTime } from '../uplink/server-time.ts';
import { createOrders } from './carry-out.ts';
import { createDesiredStateKeeper } from './desired-state.ts';
import { createEffectBook } from './effects.ts';
import { createOrderTime } from './order-time.ts';
import { createRelease, createReleased } from './release.ts';
import { answerDropped } from './answer-codes.ts';
import { prepareSpool, watchSpool } from './spool.ts';

export interface OrderServiceOptions {
  /** The data folder. */
  readonly data: string;
  readonly sql: Sql;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly serverTime: ServerTime;
  readonly log: Logger;
  readonly restrictor: Restrictor;
  /** Makes each current state a finding again. */
  readonly resend: () => void;
  /** There may be something to report. */
  readonly noted: () => void;
  /** A document was refused. */
  readonly refused: () => void;
}

/** How often it is seen that what holds still does, as somebody may have undone it, and what waits is tried again. */
const LOOK_AGAIN_MS = 15_000;
/** Timers of Node count no further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Everything that the agent does about orders, on an open store. */
export function createOrderService(options: OrderServiceOptions) {
  const { data, sql, identity, clock, serverTime, log, restrictor } = options;
  const meta = createMeta(sql);
  const effects = createEffectBook(sql, () => serverTime.now());
  const now = () => serverTime.now();
  const keeper = createDesiredStateKeeper({ sql, identity, effects, now, log });
  const time = createOrderTime({ clock, meta, serverTime });
  const released = createReleased(meta);
  const orders = createOrders({ ...options, keeper, effects, released, time });
  const release = createRelease({ meta, clock, keeper, released, time });
  let go: () => void = () => undefined;

  /** Watches for what undoes a kind, while it holds. */
  function createWatches(signal: AbortSignal) {
    const watching = new Map<RestrictionKind, AbortController>();
    return (kinds: readonly RestrictionKind[]): void => {
      for (const [kind, stop] of watching) if (!kinds.includes(kind)) stop.abort();
      for (const kind of kinds) {
        if (watching.get(kind)?.signal.aborted === false) continue;
        const stop = new AbortController();
        watching.set(kind, stop);
        void restrictor.means[kind].watch?.(() => go(), AbortSignal.any([signal, stop.signal]));
      }
    };
  }

  async function look(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watch = createWatches(signal);
    const running = new Set<Promise<void>>();
    let timer: NodeJS.Timeout | undefined;
    const settle = async (): Promise<void> => {
      const { kinds, waits, nextEnd } = await orders.settle();
      if (signal.aborted) return;
      watch(kinds);
      clearTimeout(timer);
      const again = kinds.length > 0 || waits ? LOOK_AGAIN_MS : LONGEST_TIMER_MS;
      timer = setTimeout(go, Math.min(again, (nextEnd ?? LONGEST_TIMER_MS) + 1, LONGEST_TIMER_MS));
    };
    go = () => {
      const one = settle().catch(reject);
      running.add(one);
      void one.finally(() => running.delete(one));
    };
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (!signal.aborted) go();
    else resolve();
    try {
      await promise;
    } finally {
      go = () => undefined;
      clearTimeout(timer);
      await Promise.all(running);
      clearTimeout(timer);
    }
  }

  return {
    keeper,
    effects,
    orders,
    release,
    /** Takes desired states as they come, and sees to them at once. */
    accept(documents: readonly string[]): void {
      const taken = keeper.accept(documents);
      if (taken.includes('refused')) options.refused();
      if (taken.includes('taken')) go();
      if (taken.some((one) => one !== 'held')) options.noted();
    },
    /** Until `signal` aborts; rejects where the store is damaged. */
    async run(signal: AbortSignal): Promise<void> {
      prepareSpool(data);
      const answer = () =>
        answerDropped({ data, now: clock.now(), meta, release, log }).then((ended) => (ended ? go() : undefined));
      const looking = look(signal);
      await Promise.all([looking, watchSpool(data, answer, signal)]);
    },
  };
}

export type OrderService = ReturnType<typeof createOrderService>;
