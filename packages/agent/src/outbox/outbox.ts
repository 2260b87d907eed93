import {
  type ChainPosition,
  type CheckInAnswer,
  type GapCause,
  GENESIS,
  LIMITS,
  type Random,
  START,
} from '@beadle/shared';
import { BOUNDS, type Bounds, gapStamp, Losses } from './bounds.ts';
import { ChainRows } from './chain-rows.ts';
import { createMeta, EFFECTS_TOLD, type Meta } from './meta.ts';
import { faultOf } from '../errors.ts';
import type { Sql } from './store.ts';

/** How long what the server has is kept for sending it again, should the server lose it. */
const KEPT_AFTER_ACK_MS = 30 * 86_400_000;

export interface Batch {
  readonly previous: ChainPosition;
  readonly bodies: readonly Uint8Array[];
  /** The sequence of the last body; that of `previous` where there is none. */
  readonly last: number;
}

export interface Waiting {
  readonly pending: number;
  readonly bytes: number;
  /** Findings dropped and not yet told to the server. */
  readonly dropped: number;
}

/** What an answer meant: there is more to send, all is settled, or the chain was broken and continues behind a gap. */
export type Settled = 'more' | 'settled' | 'gap-written';

export interface OutboxOptions {
  readonly sql: Sql;
  readonly random: Random;
  readonly bounds?: Bounds | undefined;
}

/**
 * The device's buffer of findings: on disk before a finding counts as made, chained, and emptied only by the server's
 * signed word (invariants 2 and 3). What has been offered to the server is never numbered anew, for it may hold it: what
 * gives way where a bound is reached is behind that, with one gap record in its place.
 */
export class Outbox {
  readonly #sql: Sql;
  readonly #random: Random;
  readonly #chain: ChainRows;
  readonly #losses: Losses;
  readonly meta: Meta;

  constructor(options: OutboxOptions) {
    this.#sql = options.sql;
    this.#random = options.random;
    this.meta = createMeta(options.sql);
    this.#chain = new ChainRows(options.sql, this.meta);
    this.#losses = new Losses(this.#chain, this.meta, { bounds: options.bounds ?? BOUNDS, random: options.random });
  }

  /** Runs `work` as one transaction; within another it is part of that one. */
  transaction<T>(work: () => T): T {
    return this.#sql.inTransaction ? work() : this.#sql.transaction(work).immediate();
  }

  /** Begins the chain of a new generation; what was not yet sent goes on in it. */
  begin(device: string, generation: number, now: number): void {
    this.transaction(() => {
      const pending = this.#chain.findingsAfter(this.#chain.acked().sequence);
      const lost = this.#chain.lostAfter(this.#chain.acked().sequence);
      this.#chain.removeAfter(-1);
      this.meta.set('device', device);
      this.meta.set('generation', generation);
      this.meta.set('offered', undefined);
      this.#chain.setAcked(START, 0);
      this.#chain.appendRows(lost === 0 ? START : this.#losses.record(START, { to: lost, lost, now }), pending);
    });
  }

  /** Where the chain ends now. */
  position(): ChainPosition {
    return this.#chain.end();
  }

  /** Appends bodies to the chain; on disk when the surrounding transaction has ended. */
  append(bodies: readonly Uint8Array[], now: number): void {
    if (bodies.length === 0) return;
    this.transaction(() => {
      this.#chain.appendAll(this.#chain.end(), bodies);
      this.#losses.keepBounds(now);
    });
  }

  waiting(): Waiting {
    return { ...this.#chain.waiting(), dropped: this.meta.integer('dropped') };
  }

  /** What to send next: the oldest that the server has not acknowledged, within the limits of one check-in. */
  nextBatch(): Batch {
    const previous = this.#chain.acked();
    const bodies: Uint8Array[] = [];
    let size = 0;
    let last = previous.sequence;
    for (const row of this.#chain.iterateAfter(previous.sequence, LIMITS.findingsPerCheckIn)) {
      size += row.body.length + 1;
      if (size > LIMITS.checkInBytes / 2) break;
      bodies.push(row.body);
      last = row.sequence;
    }
    return { previous, bodies, last };
  }

  /**
   * To be called before a batch leaves: from then on the server may hold it. Gives what may leave, which is none of it
   * where the disk cannot take that down.
   */
  offer(batch: Batch): Batch {
    if (batch.last <= this.meta.integer('offered')) return batch;
    try {
      this.meta.set('offered', batch.last);
      return batch;
    } catch (error) {
      if (faultOf(error) === undefined || faultOf(error) === 'corrupt') throw error;
      return { previous: batch.previous, bodies: [], last: batch.previous.sequence };
    }
  }

  /** Applies the server's signed answer to `batch` (docs/protocol.md). `now` in milliseconds. */
  settle(batch: Batch, { head, matched }: Pick<CheckInAnswer, 'head' | 'matched'>, now: number): Settled {
    return this.transaction(() => {
      const broken = this.meta.text('broken') as GapCause | undefined;
      const asSent = matched === head.sequence && matched === batch.last;
      if (broken === undefined && (asSent || this.#chain.continuesAt(head))) return this.#settleAt(head, now);
      if (matched !== null && matched > this.#chain.acked().sequence) {
        const link = matched === head.sequence ? head.link : (this.#chain.linkAt(matched) ?? GENESIS);
        this.#chain.setAcked({ sequence: matched, link }, now);
        if (broken === undefined && matched === batch.last && this.#chain.end().sequence > matched) return 'more';
      }
      const regressed = this.#chain.acked().sequence > head.sequence;
      if (regressed) this.meta.set(EFFECTS_TOLD, undefined);
      this.#continueBehindGap(head, broken ?? (regressed ? 'server-restored' : 'restored-from-older-copy'), now);
      this.meta.set('broken', undefined);
      return 'gap-written';
    });
  }

  /** The server has everything up to `head`; where more had been acknowledged, it was restored from an older copy. */
  #settleAt(head: ChainPosition, now: number): Settled {
    const acked = this.#chain.acked();
    if (head.sequence < acked.sequence) {
      this.#chain.unacknowledgeAfter(head.sequence);
      this.meta.set(EFFECTS_TOLD, undefined);
      this.meta.set('server_restored', JSON.stringify({ from: head.sequence + 1, to: acked.sequence }));
    }
    this.#chain.setAcked(head, now);
    const [next] = this.#chain.after(head.sequence, 1);
    this.#losses.toldUpTo(head.sequence);
    this.#chain.expire(now - KEPT_AFTER_ACK_MS);
    return next === undefined ? 'settled' : 'more';
  }

  /** Continues the chain behind `head` with a gap record; findings that the server does not hold follow it. */
  #continueBehindGap(head: ChainPosition, cause: GapCause, now: number): void {
    const acked = this.#chain.acked().sequence;
    const known = Math.min(acked, head.sequence);
    const kept = this.#chain.findingsAfter(known).filter((row) => row.sequence > acked || acked > head.sequence);
    const from = head.sequence + 1;
    const to = Math.max(from, (kept[0]?.sequence ?? from + 1) - 1);
    this.#chain.removeAfter(known);
    this.#chain.setAcked(head, now);
    // Nothing behind the head has these numbers at the server.
    this.meta.set('offered', head.sequence);
    const behind = this.#chain.insertGap(head, to, { ...gapStamp(this.#random, now), cause, lost: null });
    this.#chain.appendRows(behind, kept);
  }
}
