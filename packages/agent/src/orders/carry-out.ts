import { type DesiredState, type Restriction, RESTRICTIONS, type RestrictionKind } from '@beadle/shared';
import type { Logger } from 'pino';
import { faultOf, FAULTS } from '../errors.ts';
import type { Means, Observed, Restrictor } from '../restrictions/means.ts';
import type { DesiredStateKeeper } from './desired-state.ts';
import type { EffectBook, OrderRow } from './effects.ts';
import { noticeOf } from './notices.ts';
import { createTurns } from './turns.ts';
import { createOneOffs, type OneOffsOptions } from './one-offs.ts';
import type { OrderTime } from './order-time.ts';
import type { Released } from './release.ts';

export interface OrdersOptions extends Omit<OneOffsOptions, 'now'> {
  readonly keeper: Pick<DesiredStateKeeper, 'current'>;
  readonly effects: EffectBook;
  readonly restrictor: Restrictor;
  readonly released: Pick<Released, 'has'>;
  readonly time: OrderTime;
  readonly log: Logger;
  /** There may be something to report. */
  readonly noted: () => void;
}

/** Whatever these say of an order, there may be something of it to undo. */
const MAY_HOLD: readonly OrderRow['effect'][] = ['begun', 'in-force', 'failed', 'unsupported'];
/** A notice goes before the lock that would hide it; the lock does not wait for a desktop that hangs. */
const NOTICE_MS = 1500;

const holdsAt = ({ until }: Restriction, now: number): boolean => until === null || Date.parse(until) > now;

async function observed(work: () => Promise<Observed>): Promise<Observed> {
  try {
    return await work();
  } catch (error) {
    return { effect: 'failed', observed: error instanceof Error ? error.message : String(error) };
  }
}

const patience = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, NOTICE_MS).unref();
  return promise;
};

/**
 * Carries the desired state out: what holds is put and kept in force, what has ended is undone, what is done once is done
 * once; and what was observed of each is noted. Undoing needs no order that is still there: what may be in force is on the
 * disk before it is put in force.
 */
export function createOrders(options: OrdersOptions) {
  const { keeper, effects, restrictor, released, time, log, noted } = options;
  const oneOffs = createOneOffs({ ...options, now: () => time.now() });
  /** Restrictions whose notice has been shown in this run. */
  const told = new Set<string>();

  const note: EffectBook['note'] = (order, effect, text, again) => {
    const isNew = effects.note(order, effect, text, again);
    if (isNew) log.info({ order: order.id, kind: order.kind, effect, observed: text }, 'an order stands differently');
    return isNew;
  };

  async function tell(restrictions: readonly Restriction[]): Promise<void> {
    for (const restriction of restrictions.filter(({ id }) => !told.has(id))) {
      const { kind } = await restrictor.show(noticeOf(restriction));
      if (kind !== 'later') told.add(restriction.id);
    }
  }

  async function hold(means: Means, kind: RestrictionKind, holding: readonly Restriction[]): Promise<void> {
    for (const { id } of holding) {
      const before = effects.order(id);
      if (before === undefined) effects.begin(id, kind);
    }
    const telling = tell(holding).catch(() => undefined);
    if (kind !== 'isolate' && kind !== 'block-removable-media') await Promise.race([telling, patience()]);
    const { effect, observed: text, putBack } = await observed(() => means.hold(holding));
    for (const { id } of holding) note({ id, kind }, effect, text, putBack);
  }

  /** Why an order that may be in force no longer holds. */
  function ending(row: OrderRow, state: DesiredState): 'lifted' | 'lapsed' | 'released' {
    if (released.has(row.id)) return 'released';
    return state.restrictions.some(({ id }) => id === row.id) ? 'lapsed' : 'lifted';
  }

  async function end(means: Means, rows: readonly OrderRow[], state: DesiredState, goesOn: boolean): Promise<void> {
    const result: Observed = goesOn
      ? { effect: 'lifted', observed: 'it has ended, and another of its kind goes on' }
      : await observed(() => means.lift());
    for (const row of rows) note(row, result.effect === 'lifted' ? ending(row, state) : 'failed', result.observed);
  }

  async function seeTo(kind: RestrictionKind, state: DesiredState, now: number): Promise<boolean> {
    const means = restrictor.means[kind];
    const asked = state.restrictions.filter((one) => one.kind === kind && !released.has(one.id));
    const holding = asked.filter((one) => holdsAt(one, now));
    const ids = new Set(holding.map(({ id }) => id));
    const over = effects
      .orders()
      .filter((row) => row.kind === kind && MAY_HOLD.includes(row.effect) && !ids.has(row.id));
    if (holding.length > 0) await hold(means, kind, holding);
    if (over.length > 0) await end(means, over, state, holding.length > 0);
    for (const { id } of asked)
      if (!ids.has(id) && effects.order(id) === undefined)
        note({ id, kind }, 'lapsed', 'it had ended before this device saw it');
    return holding.length > 0;
  }

  /** Reads what is to hold when its turn has come. Whether something of this kind holds now. */
  async function settleKind(kind: RestrictionKind): Promise<boolean> {
    const state = keeper.current();
    if (state === undefined) return false;
    time.heard(Date.parse(state.issuedAt));
    return seeTo(kind, state, time.now());
  }

  /** When the next restriction lapses, in milliseconds from now. */
  function nextEnd(): number | undefined {
    const now = time.now();
    const ends = (keeper.current()?.restrictions ?? []).map(({ until }) => (until === null ? 0 : Date.parse(until)));
    const ahead = ends.filter((end) => end > now);
    if (ahead.length === 0) return undefined;
    time.keep();
    return Math.min(...ahead) - now;
  }

  const turn = createTurns();
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
    /** Sees to each kind in its own turn, so that none waits for another, and to what is done once. */
    async settle(kinds: readonly RestrictionKind[] = RESTRICTIONS): Promise<Settled> {
      const all = kinds.map((kind) => guarded(kind, () => settleKind(kind)));
      const isWhole = kinds.length === RESTRICTIONS.length;
      const once = isWhole ? guarded('once', () => oneOffs.settle(keeper.current()?.oneOffs ?? [])) : false;
      const held = await Promise.all(all);
      return { kinds: kinds.filter((_, index) => held[index]), waits: await once, nextEnd: nextEnd() };
    },
  };
}

export interface Settled {
  /** Kinds of which something holds. */
  readonly kinds: readonly RestrictionKind[];
  /** Something is to be tried again soon. */
  readonly waits: boolean;
  /** In how many milliseconds the next restriction lapses. */
  readonly nextEnd: number | undefined;
}

export type Orders = ReturnType<typeof createOrders>;
