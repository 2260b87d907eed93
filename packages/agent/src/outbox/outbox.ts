import {
  type ChainPosition,
  type CheckInAnswer,
  bodyHash,
  type GapBody,
  type GapCause,
  GENESIS,
  iso,
  LIMITS,
  linkOf,
  type Random,
  START,
} from '@beadle/shared';
import { createMeta, type Meta } from './meta.ts';
import type { Sql } from './store.ts';

/** What the outbox holds at the most before the oldest unsent findings give way, which is counted and reported. */
export interface Bounds {
  readonly pendingBytes: number;
  readonly pendingFindings: number;
}
export const BOUNDS: Bounds = { pendingBytes: 48 * 1024 * 1024, pendingFindings: 100_000 };

/** How long what the server has is kept for sending it again, should the server lose it. */
const KEPT_AFTER_ACK_MS = 30 * 86_400_000;
/** When a bound is reached, this part of the pending findings gives way at once, so that it is not reached each time. */
const DROPPED_SHARE = 0.1;

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
  readonly bounds?: Bounds;
}

interface Row {
  readonly sequence: number;
  readonly link: string;
  readonly body: Uint8Array;
}

const prepare = (sql: Sql) => ({
  insert: sql.prepare('insert into outbox (sequence, link, body) values (?, ?, ?)'),
  at: sql.prepare<[number], Row>('select sequence, link, body from outbox where sequence = ?'),
  last: sql.prepare<[], Row>('select sequence, link, body from outbox order by sequence desc limit 1'),
  after: sql.prepare<[number, number], Row>(
    'select sequence, link, body from outbox where sequence > ? order by sequence limit ?',
  ),
  removeAfter: sql.prepare('delete from outbox where sequence > ?'),
  acknowledge: sql.prepare('update outbox set acked_at = ? where sequence <= ? and acked_at is null'),
  forget: sql.prepare('update outbox set acked_at = null where sequence > ?'),
  expire: sql.prepare('delete from outbox where acked_at is not null and acked_at < ?'),
  waiting: sql.prepare<[], { pending: number; bytes: number }>(
    'select count(*) as pending, coalesce(sum(length(body)), 0) as bytes from outbox where acked_at is null',
  ),
});

const isGap = (body: Uint8Array): boolean => 'gap' in (JSON.parse(Buffer.from(body).toString()) as object);

/**
 * The device's buffer of findings: on disk before a finding counts as made, chained, and emptied only by the server's
 * signed word (invariants 2 and 3). At most one gap record is pending, and it is the first that is.
 */
export class Outbox {
  readonly #sql: Sql;
  readonly #random: Random;
  readonly #bounds: Bounds;
  readonly #statements: ReturnType<typeof prepare>;
  readonly meta: Meta;

  constructor(options: OutboxOptions) {
    this.#sql = options.sql;
    this.#random = options.random;
    this.#bounds = options.bounds ?? BOUNDS;
    this.#statements = prepare(options.sql);
    this.meta = createMeta(options.sql);
  }

  /** Runs `work` as one transaction; within another it is part of that one. */
  transaction<T>(work: () => T): T {
    return this.#sql.inTransaction ? work() : this.#sql.transaction(work).immediate();
  }

  /** Begins the chain of a new generation; what was not yet sent goes on in it. */
  begin(device: string, generation: number): void {
    this.transaction(() => {
      const pending = this.#after(this.#acked().sequence);
      this.#statements.removeAfter.run(-1);
      this.meta.set('device', device);
      this.meta.set('generation', generation);
      this.#setAcked(START, 0);
      this.#appendAll(
        START,
        pending.filter(({ body }) => !isGap(body)).map(({ body }) => body),
      );
    });
  }

  /** Where the chain ends now. */
  position(): ChainPosition {
    const last = this.#statements.last.get();
    const acked = this.#acked();
    return last === undefined || last.sequence < acked.sequence ? acked : { sequence: last.sequence, link: last.link };
  }

  /** Appends bodies to the chain; on disk when the surrounding transaction has ended. */
  append(bodies: readonly Uint8Array[], now: number): void {
    if (bodies.length === 0) return;
    this.transaction(() => {
      this.#appendAll(this.position(), bodies);
      this.#keepBounds(now);
    });
  }

  waiting(): Waiting {
    const { pending = 0, bytes = 0 } = this.#statements.waiting.get() ?? {};
    return { pending, bytes, dropped: this.meta.integer('dropped') };
  }

  /** What to send next: the oldest that the server has not acknowledged, within the limits of one check-in. */
  nextBatch(): Batch {
    const previous = this.#acked();
    const bodies: Uint8Array[] = [];
    let size = 0;
    let last = previous.sequence;
    for (const row of this.#statements.after.iterate(previous.sequence, LIMITS.findingsPerCheckIn)) {
      size += row.body.length + 1;
      if (size > LIMITS.checkInBytes / 2) break;
      bodies.push(row.body);
      last = row.sequence;
    }
    return { previous, bodies, last };
  }

  /** Applies the server's signed answer to `batch` (docs/protocol.md). `now` in milliseconds. */
  settle(batch: Batch, answer: Pick<CheckInAnswer, 'head' | 'matched'>, now: number): Settled {
    return this.transaction(() => {
      const { head, matched } = answer;
      const broken = this.meta.text('broken') as GapCause | undefined;
      const asSent = matched === head.sequence && matched === batch.last;
      if (broken === undefined && (asSent || this.#linkAt(head.sequence) === head.link))
        return this.#settleAt(head, now);
      if (matched !== null && matched > this.#acked().sequence) {
        const link = matched === head.sequence ? head.link : (this.#linkAt(matched) ?? GENESIS);
        this.#setAcked({ sequence: matched, link }, now);
        if (broken === undefined && matched === batch.last && this.#after(matched, 1).length > 0) return 'more';
      }
      const regressed = this.#acked().sequence > head.sequence;
      this.#writeGap(head, broken ?? (regressed ? 'server-restored' : 'restored-from-older-copy'), null, now);
      this.meta.set('broken', undefined);
      return 'gap-written';
    });
  }

  /** The server stood at `head` while more had been acknowledged: it was restored from an older copy. */
  #settleAt(head: ChainPosition, now: number): Settled {
    const acked = this.#acked();
    if (head.sequence < acked.sequence) {
      this.#statements.forget.run(head.sequence);
      this.meta.set('server_restored', JSON.stringify({ from: head.sequence + 1, to: acked.sequence }));
    }
    // Findings dropped while the batch was under way have changed the links behind it.
    if (this.#linkAt(head.sequence) !== head.link) this.#chainAgainFrom(head);
    this.#setAcked(head, now);
    const gapTold = this.#after(head.sequence, 1).every(({ body }) => !isGap(body));
    if (gapTold) this.meta.set('dropped', undefined);
    this.#statements.expire.run(now - KEPT_AFTER_ACK_MS);
    return this.#after(head.sequence, 1).length > 0 ? 'more' : 'settled';
  }

  /** Continues the chain behind `head` with a gap record; findings that the server does not hold follow it. */
  #writeGap(head: ChainPosition, cause: GapCause, lost: number | null, now: number): void {
    const acked = this.#acked().sequence;
    const kept = this.#after(Math.min(acked, head.sequence)).filter(
      (row) => !isGap(row.body) && (row.sequence > acked || acked > head.sequence),
    );
    const from = head.sequence + 1;
    const firstKept = kept[0]?.sequence ?? from + 1;
    const to = Math.max(from, firstKept - 1);
    this.#statements.removeAfter.run(Math.min(acked, head.sequence));
    this.#setAcked(head, now);
    const gap: GapBody = {
      salt: Buffer.from(this.#random.bytes(16)).toString('base64url'),
      at: iso(now),
      gap: { from, to, lastLink: head.link, cause, lost },
    };
    const behind = this.#insert(head, to, Buffer.from(JSON.stringify(gap)));
    this.#appendAll(
      behind,
      kept.map(({ body }) => body),
    );
  }

  #keepBounds(now: number): void {
    const { pending, bytes } = this.waiting();
    if (pending <= this.#bounds.pendingFindings && bytes <= this.#bounds.pendingBytes) return;
    const rows = this.#after(this.#acked().sequence).filter(({ body }) => !isGap(body));
    const dropped = rows.slice(0, Math.max(1, Math.ceil(rows.length * DROPPED_SHARE)));
    const last = dropped.at(-1);
    if (last === undefined) return;
    const total = this.meta.integer('dropped') + dropped.length;
    const acked = this.#acked();
    const kept = rows.slice(dropped.length).map(({ body }) => body);
    this.#statements.removeAfter.run(acked.sequence);
    const gap: GapBody = {
      salt: Buffer.from(this.#random.bytes(16)).toString('base64url'),
      at: iso(now),
      gap: { from: acked.sequence + 1, to: last.sequence, lastLink: acked.link, cause: 'bound-reached', lost: total },
    };
    const behind = this.#insert(acked, last.sequence, Buffer.from(JSON.stringify(gap)));
    this.#appendAll(behind, kept);
    this.meta.set('dropped', total);
  }

  #chainAgainFrom(head: ChainPosition): void {
    const behind = this.#after(head.sequence).filter(({ body }) => !isGap(body));
    this.#statements.removeAfter.run(head.sequence);
    this.#appendAll(
      head,
      behind.map(({ body }) => body),
    );
  }

  #appendAll(from: ChainPosition, bodies: readonly Uint8Array[]): void {
    let position = from;
    for (const body of bodies) position = this.#insert(position, position.sequence + 1, body);
  }

  #insert(previous: ChainPosition, sequence: number, body: Uint8Array): ChainPosition {
    const link = linkOf({
      previous: previous.link,
      device: this.meta.text('device') ?? '',
      generation: this.meta.integer('generation'),
      sequence,
      bodyHash: bodyHash(body),
    });
    this.#statements.insert.run(sequence, link, body);
    return { sequence, link };
  }

  #acked(): ChainPosition {
    return { sequence: this.meta.integer('acked'), link: this.meta.text('acked_link') ?? GENESIS };
  }

  #setAcked(position: ChainPosition, now: number): void {
    const before = this.#acked();
    if (before.sequence === position.sequence && before.link === position.link) return;
    this.meta.set('acked', position.sequence);
    this.meta.set('acked_link', position.link);
    this.#statements.acknowledge.run(now, position.sequence);
  }

  #linkAt(sequence: number): string | undefined {
    const acked = this.#acked();
    if (sequence === acked.sequence) return acked.link;
    return sequence === 0 ? GENESIS : this.#statements.at.get(sequence)?.link;
  }

  #after(sequence: number, limit = -1): Row[] {
    return this.#statements.after.all(sequence, limit);
  }
}
