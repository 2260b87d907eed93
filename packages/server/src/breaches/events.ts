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

/** The last one by the key: a maximum would look at every event of the breach. */
const lastEventQuery = compiledOnce((db, arg: { organisation: string; breach: string }) =>
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

/** Appends to the timelines of breaches that the caller holds, in this order; nothing in them is ever changed. */
export async function appendEvents(tx: Tx, organisation: string, events: readonly EventOf[]): Promise<void> {
  if (events.length === 0) return;
  const last = new Map<string, number>();
  const rows: Insertable<BreachEventTable>[] = [];
  for (const { breach, event } of events) {
    const { at, actor, type, detail = {} } = event;
    const before = last.get(breach) ?? (await lastEventQuery(tx, { organisation, breach })).rows[0]?.sequence ?? 0;
    last.set(breach, before + 1);
    rows.push({ organisation, breach, sequence: before + 1, at, actor, type, detail: JSON.stringify(detail) });
  }
  await insertEvents(tx, rows);
}

/** Appends to one breach's timeline. */
export const appendEvent = (
  tx: Tx,
  { organisation, id }: Pick<BreachRow, 'organisation' | 'id'>,
  event: BreachEvent,
): Promise<void> => appendEvents(tx, organisation, [{ breach: id, event }]);
