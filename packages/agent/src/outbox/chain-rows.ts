import { bodyHash, type ChainPosition, type GapBody, GENESIS, linkOf } from '@beadle/shared';
import type { Meta } from './meta.ts';
import type { Sql } from './store.ts';

export interface Row {
  readonly sequence: number;
  readonly link: string;
  readonly body: Uint8Array;
}

const gapOf = (body: Uint8Array): GapBody['gap'] | undefined =>
  (JSON.parse(Buffer.from(body).toString()) as Partial<GapBody>).gap;

const isGap = (body: Uint8Array): boolean => gapOf(body) !== undefined;

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

/**
 * The rows of the outbox as a chain, and up to where the server has it. Keeps no rules: what is dropped, renumbered or
 * sent is decided by the outbox, within its transactions.
 */
export class ChainRows {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #meta: Meta;

  constructor(sql: Sql, meta: Meta) {
    this.#statements = prepare(sql);
    this.#meta = meta;
  }

  /** The last that the server has acknowledged; `acked_at` is null in every row behind it. */
  acked(): ChainPosition {
    return { sequence: this.#meta.integer('acked'), link: this.#meta.text('acked_link') ?? GENESIS };
  }

  setAcked(position: ChainPosition, now: number): void {
    const before = this.acked();
    if (before.sequence === position.sequence && before.link === position.link) return;
    this.#meta.set('acked', position.sequence);
    this.#meta.set('acked_link', position.link);
    this.#statements.acknowledge.run(now, position.sequence);
  }

  /** The server has lost what is behind `sequence`: it is to be sent again. */
  unacknowledgeAfter(sequence: number): void {
    this.#statements.forget.run(sequence);
  }

  /** Where the chain ends now. */
  end(): ChainPosition {
    const last = this.#statements.last.get();
    const acked = this.acked();
    return last === undefined || last.sequence < acked.sequence ? acked : { sequence: last.sequence, link: last.link };
  }

  linkAt(sequence: number): string | undefined {
    const acked = this.acked();
    if (sequence === acked.sequence) return acked.link;
    return sequence === 0 ? GENESIS : this.#statements.at.get(sequence)?.link;
  }

  /**
   * Whether this chain stands at `head` and goes on from there without a hole: what came before the store was lost, or
   * was kept for too long, is not here to be sent again.
   */
  continuesAt(head: ChainPosition): boolean {
    if (this.linkAt(head.sequence) !== head.link) return false;
    const [next] = this.after(head.sequence, 1);
    if (next === undefined) return this.acked().sequence <= head.sequence;
    return (gapOf(next.body)?.from ?? next.sequence) === head.sequence + 1;
  }

  after(sequence: number, limit = -1): Row[] {
    return this.#statements.after.all(sequence, limit);
  }

  /** Where the chain stands at `sequence`, or before it where it has not come so far. */
  endUpTo(sequence: number): ChainPosition {
    const end = this.end();
    const link = sequence < end.sequence ? this.linkAt(sequence) : undefined;
    return link === undefined ? end : { sequence, link };
  }

  /** How many findings the gap records behind `sequence` say were lost. */
  lostAfter(sequence: number): number {
    return this.after(sequence).reduce((sum, { body }) => sum + (gapOf(body)?.lost ?? 0), 0);
  }

  /** Without gap records, which are written anew wherever the chain is. */
  findingsAfter(sequence: number): Row[] {
    return this.after(sequence).filter(({ body }) => !isGap(body));
  }

  iterateAfter(sequence: number, limit: number): IterableIterator<Row> {
    return this.#statements.after.iterate(sequence, limit);
  }

  removeAfter(sequence: number): void {
    this.#statements.removeAfter.run(sequence);
  }

  /** Forgets what the server has had since before `before` (milliseconds). */
  expire(before: number): void {
    this.#statements.expire.run(before);
  }

  waiting(): { readonly pending: number; readonly bytes: number } {
    return this.#statements.waiting.get() ?? { pending: 0, bytes: 0 };
  }

  /** Writes a body at `sequence`, linked to `previous`; gives its position. */
  insert(previous: ChainPosition, sequence: number, body: Uint8Array): ChainPosition {
    const link = linkOf({
      previous: previous.link,
      device: this.#meta.text('device') ?? '',
      generation: this.#meta.integer('generation'),
      sequence,
      bodyHash: bodyHash(body),
    });
    this.#statements.insert.run(sequence, link, body);
    return { sequence, link };
  }

  appendAll(from: ChainPosition, bodies: readonly Uint8Array[]): void {
    let position = from;
    for (const body of bodies) position = this.insert(position, position.sequence + 1, body);
  }

  appendRows(from: ChainPosition, rows: readonly Row[]): void {
    this.appendAll(
      from,
      rows.map(({ body }) => body),
    );
  }

  /** A gap record stands at the last sequence that it says will never come. */
  insertGap(
    previous: ChainPosition,
    to: number,
    gap: Pick<GapBody, 'salt' | 'at'> & Pick<GapBody['gap'], 'cause' | 'lost'>,
  ): ChainPosition {
    const { salt, at, cause, lost } = gap;
    const body: GapBody = { salt, at, gap: { from: previous.sequence + 1, to, lastLink: previous.link, cause, lost } };
    return this.insert(previous, to, Buffer.from(JSON.stringify(body)));
  }
}
