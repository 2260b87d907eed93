import { type Insertable, type Selectable, sql } from 'kysely';
import { compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { BreachTable } from '../db/schema.ts';
import { locking } from '../db/locks.ts';

export type BreachRow = Selectable<BreachTable>;

const openQuery = compiledOnce((db, arg: { organisation: string; device: string }) =>
  locking(
    db,
    db
      .selectFrom('breaches')
      .selectAll()
      .where('organisation', '=', arg.organisation)
      .where('device', '=', arg.device)
      .where('ended_at', 'is', null)
      .orderBy('id'),
  ),
);

export async function openBreachesOf(tx: Tx, organisation: string, device: string): Promise<BreachRow[]> {
  const { rows } = await openQuery(tx, { organisation, device });
  return rows;
}

type About = Pick<BreachRow, 'organisation' | 'device' | 'rule' | 'subject' | 'kind'>;

const restoredQuery = compiledOnce((db, arg: About & { since: number }) =>
  locking(
    db,
    db
      .selectFrom('breaches')
      .selectAll()
      .where('organisation', '=', arg.organisation)
      .where('device', '=', arg.device)
      .where('rule', '=', arg.rule)
      .where('subject', '=', arg.subject)
      .where('kind', '=', arg.kind)
      .where('status', '=', sql.lit('restored'))
      .where('ended_at', '>=', arg.since)
      .orderBy('ended_at', 'desc')
      .limit(sql.lit(1)),
  ),
);

/** The last breach about the same thing that ended by itself since `since`: it comes back rather than a new one opens. */
export async function restoredSince(tx: Tx, about: About, since: number): Promise<BreachRow | undefined> {
  const { rows } = await restoredQuery(tx, { ...about, since });
  return rows[0];
}

export async function insertBreach(tx: Tx, breach: Insertable<BreachTable>): Promise<void> {
  await tx.insertInto('breaches').values(breach).execute();
}

export async function updateBreach(
  tx: Tx,
  breach: Pick<BreachRow, 'organisation' | 'id'>,
  change: Partial<BreachRow>,
): Promise<void> {
  await tx
    .updateTable('breaches')
    .set(change)
    .where('organisation', '=', breach.organisation)
    .where('id', '=', breach.id)
    .execute();
}

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
  breach: Pick<BreachRow, 'organisation' | 'id'>,
  event: BreachEvent,
): Promise<void> {
  const { at, actor, type, detail = {} } = event;
  const { organisation, id } = breach;
  await eventInsert(tx, { organisation, breach: id, at, actor, type, detail: JSON.stringify(detail) });
}

interface Place {
  readonly device: string;
  readonly generation: number;
  readonly sequence: number;
}

const findingInsert = compiledOnce((db, arg: Place & { organisation: string; breach: string }) =>
  db
    .insertInto('breach_findings')
    .values({
      organisation: arg.organisation,
      breach: arg.breach,
      device: arg.device,
      generation: arg.generation,
      sequence: arg.sequence,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

/** Ties a finding to the breach that rests on it. */
export async function linkFinding(
  tx: Tx,
  breach: Pick<BreachRow, 'organisation' | 'id'>,
  finding: Place,
): Promise<void> {
  const { device, generation, sequence } = finding;
  await findingInsert(tx, { organisation: breach.organisation, breach: breach.id, device, generation, sequence });
}
