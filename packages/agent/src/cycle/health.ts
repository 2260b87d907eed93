import { type Known, known, isKnown, type Observation, iso } from '@beadle/shared';
import type { Host } from '../host/host.ts';
import { ORDERS_REFUSED } from '../outbox/meta.ts';
import type { Outbox } from '../outbox/outbox.ts';

/** A skew is told to the nearest ten seconds, so that a clock that wanders does not make a new fact each time. */
const SKEW_STEP_MS = 10_000;

const coarse = (skew: Known<number>): Known<number> =>
  isKnown(skew) ? known(Math.round(skew.known / SKEW_STEP_MS) * SKEW_STEP_MS) : skew;

export interface HealthOptions {
  readonly outbox: Outbox;
  readonly skewMs: () => Known<number>;
  readonly now: () => number;
  readonly host: Pick<Host, 'hindered' | 'usage'>;
}

/** The agent's observation of itself, and the one way to say that it has been told. */
export function createHealth({ outbox, skewMs, now, host }: HealthOptions) {
  return {
    observe(): Observation {
      const restored = outbox.meta.text('server_restored');
      const events: unknown[] =
        restored === undefined
          ? []
          : [{ at: iso(now()), cause: 'server-restored', ...(JSON.parse(restored) as object) }];
      const refused = JSON.parse(outbox.meta.text(ORDERS_REFUSED) ?? '[]') as { at: string; why: string }[];
      events.push(...refused.map(({ at, why }) => ({ at, cause: 'order-refused', why })));
      const hindered = host.hindered?.();
      const overBudget = host.usage?.told() ?? [];
      const facts = {
        enrolled: true,
        dropped: known(outbox.waiting().dropped),
        clockSkewMs: coarse(skewMs()),
        ...(hindered === undefined ? {} : { hindered }),
        ...(overBudget.length === 0 ? {} : { overBudget }),
      };
      return { facts: known(facts), events };
    },
    told(): void {
      outbox.meta.set('server_restored', undefined);
      outbox.meta.set(ORDERS_REFUSED, undefined);
    },
  };
}

export type Health = ReturnType<typeof createHealth>;
