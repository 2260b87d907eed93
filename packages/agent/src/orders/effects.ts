import { Effect, type EffectsReport, iso, PROTOCOL_VERSIONS } from '@beadle/shared';
import Value from 'typebox/value';
import { createMeta, EFFECTS_TOLD } from '../outbox/meta.ts';
import type { Sql } from '../outbox/store.ts';

/** How an order stands, as it was last reported. `begun` is one that is done once, and was being done when last heard of. */
export interface OrderRow {
  readonly id: string;
  readonly kind: string;
  readonly effect: Effect['effect'] | 'begun';
  readonly observed: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Unsent {
  readonly report: EffectsReport;
  /** The last of what is in it. */
  readonly upTo: number;
  /** Nothing waits behind it, so that the server then knows how every order stands. */
  readonly isWhole: boolean;
}

interface Row {
  readonly sequence: number;
  readonly id: string | null;
  readonly body: string;
}

const EFFECTS_IN_REPORT = 200;
const REFUSED_IN_REPORT = 20;
/** A device whose restriction is lifted and put back for weeks without a network keeps the last word of each. */
const UNSENT_KEPT = 2000;
const OBSERVED_LENGTH = 500;
/** Text about programs may hold anything; what is told holds no control characters. */
const tidy = (text: string) =>
  text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, OBSERVED_LENGTH) || 'nothing was observed';

const prepare = (sql: Sql) => ({
  order: sql.prepare<[string], OrderRow>('select * from orders where id = ?'),
  orders: sql.prepare<[], OrderRow>('select * from orders order by at, id'),
  put: sql.prepare(
    `insert into orders (id, kind, effect, observed, at) values (@id, @kind, @effect, @observed, @at)
     on conflict (id) do update set effect = excluded.effect, observed = excluded.observed, at = excluded.at`,
  ),
  forgetBegun: sql.prepare("delete from orders where id = ? and effect = 'begun'"),
  queue: sql.prepare('insert into effects (id, body) values (?, ?)'),
  waiting: sql.prepare<[], { count: number }>('select count(*) as count from effects'),
  thin: sql.prepare(
    'delete from effects where sequence in (select e.sequence from effects e where exists (select 1 from effects l where l.id is e.id and l.sequence > e.sequence) order by e.sequence limit 100)',
  ),
  next: sql.prepare<[number], Row>('select sequence, id, body from effects order by sequence limit ?'),
  settled: sql.prepare<[number], OrderRow>(
    `select * from orders where effect <> 'begun' and not exists (select 1 from effects where effects.id = orders.id)
     order by at desc, id limit ?`,
  ),
  forget: sql.prepare('delete from effects where sequence <= ?'),
});

/** What the server has not yet acknowledged, in order. */
function reportsIn(sql: Sql, statements: ReturnType<typeof prepare>) {
  const meta = createMeta(sql);
  // A folder that was put back from an older copy takes for told what it held then.
  let isToldInThisRun = false;
  return {
    /** What to send next for a device that holds to `version`; undefined where the server knows all of it. */
    next(version: number): Unsent | undefined {
      const rows = statements.next.all(EFFECTS_IN_REPORT);
      const isTold = isToldInThisRun && meta.integer(EFFECTS_TOLD) === version;
      if (rows.length === 0 && isTold) return undefined;
      // A server that was put back from an older copy has forgotten what it had acknowledged: once a run, and with each
      // version, it is told again how every order stands.
      const again = isTold ? [] : statements.settled.all(EFFECTS_IN_REPORT - rows.length);
      return reportOf(rows, again, version);
    },
    /** The server has acknowledged a report. */
    acknowledged({ report, upTo, isWhole }: Unsent): void {
      sql.transaction(() => {
        statements.forget.run(upTo);
        if (isWhole) meta.set(EFFECTS_TOLD, report.version);
      })();
      isToldInThisRun ||= isWhole;
    },
  };
}

/** What was observed of each order, and what of that the server has not yet acknowledged, in order, on the disk. */
export function createEffectBook(sql: Sql, now: () => number) {
  const statements = prepare(sql);
  const queue = (id: string | null, body: unknown) => {
    statements.queue.run(id, JSON.stringify(body));
    if ((statements.waiting.get()?.count ?? 0) > UNSENT_KEPT) statements.thin.run();
  };
  return {
    order: (id: string): OrderRow | undefined => statements.order.get(id),
    orders: (): readonly OrderRow[] => statements.orders.all(),
    /** An order that is done once is begun: whatever happens from now on, it is not begun again. */
    begin: (id: string, kind: string) =>
      void statements.put.run({ id, kind, effect: 'begun', observed: '', at: Math.round(now()) }),
    /** It was put off before anything was done. */
    forgetBegun: (id: string) => void statements.forgetBegun.run(id),
    /** Notes how an order stands; told to the server where that has changed, or `again`. True where it is to be told. */
    note(
      order: { readonly id: string; readonly kind: string },
      effect: Effect['effect'],
      observed: string,
      again = false,
    ) {
      const before = statements.order.get(order.id);
      const at = Math.round(now());
      const text = tidy(observed);
      if (before?.effect === effect && !again) {
        if (before.observed !== text) statements.put.run({ ...before, observed: text });
        return false;
      }
      const row = { id: order.id, kind: order.kind, effect, observed: text, at };
      statements.put.run(row);
      queue(order.id, effectOf(row));
      return true;
    },
    /** A document was refused; told with the next report. */
    refused: (why: string) => queue(null, { refused: why }),
    ...reportsIn(sql, statements),
  };
}

/** How an order stands, as it is told. */
const effectOf = ({ id, effect, at, observed }: OrderRow) => ({ id, effect, at: iso(at), observed });

/** Of `rows`, what waits to be told; of `again`, how orders stand of which nothing waits. */
function reportOf(rows: readonly Row[], again: readonly OrderRow[], version: number): Unsent {
  const effects: Effect[] = again.map(effectOf).filter((effect) => Value.Check(Effect, effect));
  const refused: string[] = [];
  let upTo = 0;
  for (const { sequence, body } of rows) {
    const value = JSON.parse(body) as Effect | { readonly refused: string };
    if ('refused' in value) {
      if (refused.length === REFUSED_IN_REPORT) break;
      refused.push(value.refused);
    } else if (Value.Check(Effect, value)) effects.push(value);
    upTo = sequence;
  }
  const report = { protocol: PROTOCOL_VERSIONS[0], version, effects, refused };
  return { report, upTo, isWhole: rows.length < EFFECTS_IN_REPORT && upTo === (rows.at(-1)?.sequence ?? 0) };
}

export type EffectBook = ReturnType<typeof createEffectBook>;
