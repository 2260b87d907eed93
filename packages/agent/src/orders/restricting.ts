import type { DesiredState, Restriction, RestrictionKind } from '@beadle/shared';
import type { Logger } from 'pino';
import type { Observed, Restrictor } from '../restrictions/means.ts';
import type { EffectBook, OrderRow } from './effects.ts';
import { noticeOf } from './notices.ts';
import type { Released } from './release.ts';

export interface RestrictingOptions {
  readonly effects: EffectBook;
  readonly restrictor: Restrictor;
  readonly released: Pick<Released, 'has'>;
  readonly log: Logger;
}

/** Whatever these say of an order, there may be something of it to undo. */
const MAY_HOLD: readonly OrderRow['effect'][] = ['begun', 'in-force', 'failed', 'unsupported'];
/** A notice goes before the lock that would hide it; the lock does not wait for a desktop that hangs. */
const NOTICE_MS = 1500;
const NOTICE_FIRST: readonly RestrictionKind[] = ['lock', 'sign-out', 'lost-mode'];

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

interface Moment {
  readonly state: DesiredState;
  readonly now: number;
}

/**
 * Puts what is to hold of one kind in force, and undoes what no longer is. Undoing needs no order that is still there: what
 * may be in force is on the disk before it is put in force.
 */
export class Restricting {
  readonly #options: RestrictingOptions;
  /** Restrictions whose notice has been shown in this run. */
  readonly #told = new Set<string>();
  /** Kinds of which nothing is in force for sure. */
  readonly #cleared = new Set<RestrictionKind>();

  constructor(options: RestrictingOptions) {
    this.#options = options;
  }

  /** True where something of this kind holds now. */
  async seeTo(kind: RestrictionKind, { state, now }: Moment): Promise<boolean> {
    const { effects, released } = this.#options;
    const asked = state.restrictions.filter((one) => one.kind === kind && !released.has(one.id));
    const holding = asked.filter((one) => holdsAt(one, now));
    const ids = new Set(holding.map(({ id }) => id));
    const over = effects
      .orders()
      .filter((row) => row.kind === kind && MAY_HOLD.includes(row.effect) && !ids.has(row.id));
    if (holding.length > 0) await this.#hold(kind, holding);
    if (over.length > 0) await this.#end(kind, over, { state, goesOn: holding.length > 0 });
    else if (holding.length === 0) await this.#clear(kind);
    for (const { id } of asked)
      if (!ids.has(id) && effects.order(id) === undefined)
        this.#note({ id, kind }, { effect: 'lapsed', observed: 'it had ended before this device saw it' });
    return holding.length > 0;
  }

  #note(order: Pick<OrderRow, 'id' | 'kind'>, seen: Seen): void {
    const { effects, log } = this.#options;
    const { effect, observed: text, putBack } = seen;
    if (effects.note(order, effect, text, putBack))
      log.info({ order: order.id, kind: order.kind, effect, observed: text }, 'an order stands differently');
  }

  async #tell(restrictions: readonly Restriction[]): Promise<void> {
    for (const restriction of restrictions.filter(({ id }) => !this.#told.has(id))) {
      const { kind } = await this.#options.restrictor.show(noticeOf(restriction));
      if (kind !== 'later') this.#told.add(restriction.id);
    }
  }

  async #hold(kind: RestrictionKind, holding: readonly Restriction[]): Promise<void> {
    const { effects, restrictor } = this.#options;
    for (const { id } of holding) if (effects.order(id) === undefined) effects.begin(id, kind);
    const telling = this.#tell(holding).catch(() => undefined);
    if (NOTICE_FIRST.includes(kind)) await Promise.race([telling, patience()]);
    const seen = await observed(() => restrictor.means[kind].hold(holding));
    for (const { id } of holding) this.#note({ id, kind }, seen);
  }

  /** Once in each run: what an earlier one put in force may have been forgotten with its store. */
  async #clear(kind: RestrictionKind): Promise<void> {
    if (this.#cleared.has(kind)) return;
    const { effect } = await observed(() => this.#options.restrictor.means[kind].lift());
    if (effect === 'lifted') this.#cleared.add(kind);
  }

  /** Why an order that may be in force no longer holds. */
  #ending(id: string, state: DesiredState): 'lifted' | 'lapsed' | 'released' {
    if (this.#options.released.has(id)) return 'released';
    return state.restrictions.some((one) => one.id === id) ? 'lapsed' : 'lifted';
  }

  async #end(kind: RestrictionKind, rows: readonly OrderRow[], { state, goesOn }: Ending): Promise<void> {
    const seen: Observed = goesOn
      ? { effect: 'lifted', observed: 'it has ended, and another of its kind goes on' }
      : await observed(() => this.#options.restrictor.means[kind].lift());
    for (const row of rows)
      this.#note(row, { ...seen, effect: seen.effect === 'lifted' ? this.#ending(row.id, state) : 'failed' });
  }
}

interface Ending {
  readonly state: DesiredState;
  /** Another of the kind still holds. */
  readonly goesOn: boolean;
}
interface Seen extends Omit<Observed, 'effect'> {
  readonly effect: Parameters<EffectBook['note']>[1];
}
