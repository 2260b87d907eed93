import type { Insertable, Selectable } from 'kysely';
import { compiledInsert, compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { BreachFindingTable, BreachTable } from '../db/schema.ts';
import { lockingById } from '../db/locks.ts';

export type BreachRow = Selectable<BreachTable>;

interface OfDevice {
  readonly organisation: string;
  readonly device: string;
}

const openQuery = compiledOnce((db, arg: OfDevice) =>
  lockingById(
    db,
    db
      .selectFrom('breaches')
      .selectAll()
      .where('organisation', '=', arg.organisation)
      .where('device', '=', arg.device)
      .where('ended_at', 'is', null),
  ),
);

export async function openBreachesOf(tx: Tx, organisation: string, device: string): Promise<BreachRow[]> {
  const { rows } = await openQuery(tx, { organisation, device });
  return rows;
}

const restoredQuery = compiledOnce((db, arg: OfDevice & { since: number }) =>
  lockingById(
    db,
    db
      .selectFrom('breaches')
      .selectAll()
      .where('organisation', '=', arg.organisation)
      .where('device', '=', arg.device)
      .where('ended_at', '>=', arg.since),
  ),
);

const byEnd = (a: BreachRow, b: BreachRow): number => (a.ended_at ?? 0) - (b.ended_at ?? 0);

/** A device's breaches that have ended by themselves since `since`, in milliseconds; the last to end comes last. */
export async function restoredSince(
  tx: Tx,
  organisation: string,
  device: string,
  since: number,
): Promise<readonly BreachRow[]> {
  const { rows } = await restoredQuery(tx, { organisation, device, since });
  // Not in the query: SQLite would look at whatever the council has restored.
  return rows.filter(({ status }) => status === 'restored').toSorted(byEnd);
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

/** How a breach stands, as findings of its device change it. */
export type Standing = Pick<
  BreachRow,
  'count' | 'last_seen' | 'observed' | 'severity' | 'status' | 'ended_at' | 'complies_since'
>;

const standingUpdate = compiledOnce((db, arg: Standing & Pick<BreachRow, 'organisation' | 'id'>) =>
  db
    .updateTable('breaches')
    .set({
      count: arg.count,
      last_seen: arg.last_seen,
      observed: arg.observed,
      severity: arg.severity,
      status: arg.status,
      ended_at: arg.ended_at,
      complies_since: arg.complies_since,
    })
    .where('organisation', '=', arg.organisation)
    .where('id', '=', arg.id),
);

export async function writeStanding(tx: Tx, breach: BreachRow): Promise<void> {
  await standingUpdate(tx, breach);
}

export interface FindingPlace {
  readonly generation: number;
  readonly sequence: number;
}

export interface FindingOf {
  readonly breach: string;
  readonly place: FindingPlace;
}

const insertFindings = compiledInsert<Insertable<BreachFindingTable>>(
  ['organisation', 'breach', 'device', 'generation', 'sequence'],
  (db, rows) =>
    db
      .insertInto('breach_findings')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing()),
);

/** Ties findings of one device to the breaches that rest on them. */
export async function linkFindings(
  tx: Tx,
  organisation: string,
  device: string,
  links: readonly FindingOf[],
): Promise<void> {
  if (links.length === 0) return;
  await insertFindings(
    tx,
    links.map(({ breach, place: { generation, sequence } }) => ({
      organisation,
      breach,
      device,
      generation,
      sequence,
    })),
  );
}
