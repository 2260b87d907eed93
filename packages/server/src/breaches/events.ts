import { type Insertable, sql } from 'kysely';
import { compiledInsert, compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { BreachEventTable } from '../db/schema.ts';
import type { BreachRow } from './store.ts';

export interface BreachEvent {
  readonly at: number;
  readonly actor: string;
  /** opened, joined, reopened, restored, notified, acknowledged, closed, reported. */
  readonly type: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

interface EventRow {
  readonly organisation: string;
  readonly breach: string;
  readonly at: number;
  readonly actor: string;
  readonly type: string;
  readonly detail: string;
}

const eventRow = (organisation: string, breach: string, { at, actor, type, detail = {} }: BreachEvent): EventRow => ({
  organisation,
  breach,
  at,
  actor,
  type,
  detail: JSON.stringify(detail),
});

const eventInsert = compiledOnce((db, arg: EventRow) =>
  db.insertInto('breach_events').values((row) => ({
    organisation: arg.organisation,
    breach: arg.breach,
    // The last one by the key: a maximum would look at every event of the breach.
    sequence: row(
      row.fn.coalesce(
        row
          .selectFrom('breach_events')
          .select('sequence')
          .where('organisation', '=', arg.organisation)
          .where('breach', '=', arg.breach)
          .orderBy('sequence', 'desc')
          .limit(sql.lit(1)),
        sql.lit(0),
      ),
      '+',
      sql.lit(1),
    ),
    at: arg.at,
    actor: arg.actor,
    type: arg.type,
    detail: arg.detail,
  })),
);

/** Appends to a breach's timeline; nothing in it is ever changed. */
export async function appendEvent(
  tx: Tx,
  { organisation, id }: Pick<BreachRow, 'organisation' | 'id'>,
  event: BreachEvent,
): Promise<void> {
  await eventInsert(tx, eventRow(organisation, id, event));
}

const lastEventQuery = compiledOnce((db, arg: Pick<EventRow, 'organisation' | 'breach'>) =>
  db
    .selectFrom('breach_events')
    .select('sequence')
    .where('organisation', '=', arg.organisation)
    .where('breach', '=', arg.breach)
    .orderBy('sequence', 'desc')
    .limit(sql.lit(1)),
);

const insertEvents = compiledInsert<Insertable<BreachEventTable>>(
  ['organisation', 'breach', 'sequence', 'at', 'actor', 'type', 'detail'],
  (db, rows) => db.insertInto('breach_events').values(rows),
);

export interface EventOf {
  readonly breach: string;
  readonly event: BreachEvent;
}

/** The same for several breaches, which the caller holds, in their order. */
export async function appendEvents(tx: Tx, organisation: string, events: readonly EventOf[]): Promise<void> {
  if (events.length === 0) return;
  const last = new Map<string, number>();
  const rows: Insertable<BreachEventTable>[] = [];
  for (const { breach, event } of events) {
    const before = last.get(breach) ?? (await lastEventQuery(tx, { organisation, breach })).rows[0]?.sequence ?? 0;
    last.set(breach, before + 1);
    rows.push({ ...eventRow(organisation, breach, event), sequence: before + 1 });
  }
  await insertEvents(tx, rows);
}
