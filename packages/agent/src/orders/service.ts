import type { Clock } from '@beadle/shared';
import type { Logger } from 'pino';
import type { KnownServer } from '../identity/identity.ts';
import { createMeta } from '../outbox/meta.ts';
import type { Sql } from '../outbox/store.ts';
import type { Restrictor } from '../restrictions/means.ts';
import type { ServerTime } from '../uplink/server-time.ts';
import { answerDropped } from './answer-codes.ts';
import { createOrders } from './carry-out.ts';
import { createDesiredStateKeeper, type DesiredStateKeeper } from './desired-state.ts';
import { createEffectBook, type EffectBook, type Unsent } from './effects.ts';
import { createHeldMark } from './held-mark.ts';
import { Look } from './look.ts';
import { createOrderTime } from './order-time.ts';
import { createPause } from './pause.ts';
import { createRelease, createReleased } from './release.ts';
import { prepareSpool, watchSpool } from './spool.ts';

export interface OrderServiceOptions {
  /** The data folder. */
  readonly data: string;
  readonly sql: Sql;
  readonly identity: KnownServer;
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
  /** ICT has paused Beadle on this device, or that has ended. */
  readonly pauseChanged: () => void;
}

/** What to tell the server next, and that it has been told. */
const reportsOf = (effects: EffectBook, keeper: DesiredStateKeeper) => ({
  next: () => effects.next(keeper.version()),
  acknowledged: (report: Unsent) => effects.acknowledged(report),
});

/** Everything that the agent does about orders, on an open store. */
export function createOrderService(options: OrderServiceOptions) {
  const { data, sql, identity, clock, serverTime, log } = options;
  const meta = createMeta(sql);
  const now = () => serverTime.now();
  const effects = createEffectBook(sql, now);
  const keeper = createDesiredStateKeeper({ sql, identity, effects, now, log });
  const time = createOrderTime({ clock, meta, serverTime });
  const released = createReleased(meta);
  const pauseChanged = () => [look.now(), options.pauseChanged()];
  const pause = createPause({ desired: () => keeper.current(), meta, now, changed: pauseChanged });
  const orders = createOrders({ ...options, keeper, effects, released, time, isPaused: () => pause.holds() });
  const release = createRelease({ meta, clock, keeper, released, time });
  const look = new Look({ ...options, orders, holds: createHeldMark(data) });
  return {
    keeper,
    effects,
    orders,
    release,
    pause,
    reports: reportsOf(effects, keeper),
    /** Takes desired states as they come, and sees to them at once. */
    accept(documents: readonly string[]): void {
      const taken = keeper.accept(documents);
      if (taken.includes('refused')) options.refused();
      if (taken.includes('taken')) void [look.now(), pause.look()];
      if (taken.some((one) => one !== 'held')) options.noted();
    },
    /** Until `signal` aborts; rejects where the store is damaged. */
    async run(signal: AbortSignal): Promise<void> {
      prepareSpool(data);
      const answer = async () => {
        if (await answerDropped({ data, now: clock.now(), meta, release, log })) look.now();
      };
      await Promise.all([look.run(signal), pause.run(signal), watchSpool(data, answer, signal)]);
    },
  };
}

export type OrderService = ReturnType<typeof createOrderService>;
