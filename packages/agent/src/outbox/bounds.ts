import { type ChainPosition, iso, type Random } from '@beadle/shared';
import type { ChainRows } from './chain-rows.ts';
import type { Meta } from './meta.ts';

/** What the outbox holds at the most before the oldest unsent findings give way, which is counted and reported. */
export interface Bounds {
  readonly pendingBytes: number;
  readonly pendingFindings: number;
}
export const BOUNDS: Bounds = { pendingBytes: 48 * 1024 * 1024, pendingFindings: 100_000 };

/** When a bound is reached, this part of the pending findings gives way at once, so that it is not reached each time. */
const DROPPED_SHARE = 0.1;

/** What is the same for every gap record that is written: a salt of its own and its time. `now` in milliseconds. */
export function gapStamp(random: Random, now: number): { readonly salt: string; readonly at: string } {
  return { salt: Buffer.from(random.bytes(16)).toString('base64url'), at: iso(now) };
}

/** Findings that gave way to a bound: counted in a gap record, and remembered until the server has that record. */
export class Losses {
  readonly #chain: ChainRows;
  readonly #meta: Meta;
  readonly #bounds: Bounds;
  readonly #random: Random;

  constructor(chain: ChainRows, meta: Meta, { bounds, random }: { readonly bounds: Bounds; readonly random: Random }) {
    this.#chain = chain;
    this.#meta = meta;
    this.#bounds = bounds;
    this.#random = random;
  }

  /**
   * Where a bound is reached the oldest findings that the server cannot hold give way to a gap record that counts them,
   * and those before them that gave way earlier.
   */
  keepBounds(now: number): void {
    const { pending, bytes } = this.#chain.waiting();
    if (pending <= this.#bounds.pendingFindings && bytes <= this.#bounds.pendingBytes) return;
    const before = this.#chain.endUpTo(Math.max(this.#chain.acked().sequence, this.#meta.integer('offered')));
    const rows = this.#chain.findingsAfter(before.sequence);
    const dropped = rows.slice(0, Math.max(1, Math.ceil(rows.length * DROPPED_SHARE)));
    const last = dropped.at(-1);
    if (last === undefined) return;
    const lost = this.#chain.lostAfter(before.sequence) + dropped.length;
    this.#chain.removeAfter(before.sequence);
    const behind = this.record(before, { to: last.sequence, lost, now });
    this.#chain.appendRows(behind, rows.slice(dropped.length));
    this.#meta.set('dropped', this.#meta.integer('dropped') + dropped.length);
  }

  /** Writes the gap record of `lost` findings behind a position; gives the position of the record. */
  record(
    behind: ChainPosition,
    { to, lost, now }: { readonly to: number; readonly lost: number; readonly now: number },
  ): ChainPosition {
    this.#meta.set('gap_at', to);
    return this.#chain.insertGap(behind, to, { ...gapStamp(this.#random, now), cause: 'bound-reached', lost });
  }

  /** The server has everything up to `sequence`. */
  toldUpTo(sequence: number): void {
    if (sequence < this.#meta.integer('gap_at')) return;
    this.#meta.set('dropped', undefined);
    this.#meta.set('gap_at', undefined);
  }
}
