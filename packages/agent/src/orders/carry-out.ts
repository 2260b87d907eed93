import { RESTRICTIONS, type RestrictionKind } from '@beadle/shared';
import { faultOf, FAULTS } from '../errors.ts';
import type { DesiredStateKeeper } from './desired-state.ts';
import { createOneOffs, type OneOffsOptions } from './one-offs.ts';
import type { OrderTime } from './order-time.ts';
import { Restricting, type RestrictingOptions } from './restricting.ts';
import { createTurns } from './turns.ts';

export interface OrdersOptions extends RestrictingOptions, Omit<OneOffsOptions, 'now' | 'effects' | 'restrictor'> {
  readonly keeper: Pick<DesiredStateKeeper, 'current'>;
  readonly time: OrderTime;
  /** Nothing is shown or done once meanwhile; what restricts the device stays in force. */
  readonly isPaused: () => boolean;
  /** There may be something to report. */
  readonly noted: () => void;
}

export interface Settled {
  /** Kinds of which something holds. */
  readonly kinds: readonly RestrictionKind[];
  /** Something is to be tried again soon. */
  readonly waits: boolean;
  /** In how many milliseconds the next restriction lapses. */
  readonly nextEnd: number | undefined;
}

/** In how many milliseconds the next restriction lapses. */
function nextEnd({ keeper, time }: Pick<OrdersOptions, 'keeper' | 'time'>): number | undefined {
  const now = time.now();
  const all = (keeper.current()?.restrictions ?? []).map(({ until }) => (until === null ? 0 : Date.parse(until)));
  const ahead = all.filter((one) => one > now);
  if (ahead.length === 0) return undefined;
  time.keep();
  return Math.min(...ahead) - now;
}

/**
 * Carries the desired state out: what holds is put and kept in force, what has ended is undone, what is done once is done
 * once; and what was observed of each is noted.
 */
export function createOrders(options: OrdersOptions) {
  const { keeper, time, log, noted, isPaused } = options;
  const oneOffs = createOneOffs({ ...options, now: () => time.now() });
  const restricting = new Restricting(options);
  const turn = createTurns();

  /** Reads what is to hold when its turn has come. */
  async function settleKind(kind: RestrictionKind): Promise<boolean> {
    const state = keeper.current();
    if (state === undefined) return false;
    time.heard(Date.parse(state.issuedAt));
    return restricting.seeTo(kind, { state, now: time.now() });
  }

  /** A fault of the store is logged and tried again; a damaged store is thrown. */
  async function guarded(key: string, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await turn(key, work);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault === 'corrupt') throw error;
      log.error({ fault }, FAULTS[fault]);
      return true;
    } finally {
      noted();
    }
  }

  return {
    /** Sees to each kind in its own turn, so that none waits for another, and to what is done once, but for a pause. */
    async settle(kinds: readonly RestrictionKind[] = RESTRICTIONS): Promise<Settled> {
      const all = kinds.map((kind) => guarded(kind, () => settleKind(kind)));
      const isWhole = kinds.length === RESTRICTIONS.length;
      const seeToOnce = async () => !isPaused() && oneOffs.settle(keeper.current()?.oneOffs ?? []);
      const once = isWhole ? guarded('once', seeToOnce) : false;
      const [waits, ...held] = await Promise.all([once, ...all]);
      return { kinds: kinds.filter((_, index) => held[index]), waits, nextEnd: nextEnd(options) };
    },
  };
}

export type Orders = ReturnType<typeof createOrders>;
