import { type Insertable, type Selectable, sql } from 'kysely';
import { compiledInsert, compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { BreachFindingTable, BreachTable } from '../db/schema.ts';
import { locking } from '../db/locks.ts';

export type BreachRow = Selectable<BreachTable>;

const openQuery = compiledOnce((db, arg: { organisation: string; device: string; since: number }) =>
  locking(
    db,
    db
      .selectFrom('breaches')
      .selectAll()
      .where('organisation', '=', arg.organisation)
      .where('device', '=', arg.device)
      .where((row) =>
        row.or([
          row('ended_at', 'is', null),
          row.and([row('ended_at', '>=', arg.since), row('status', '=', sql.lit('restored'))]),
        ]),
      )
      .orderBy('id'),
  ),
);

/** A device's open breaches, and those that have ended by themselves since `since`, in milliseconds. */
export async function openOrRestored(
  tx: Tx,
  organisation: string,
  device: string,
  since: number,
): Promise<readonly BreachRow[]> {
  const { rows } = await openQuery(tx, { organisation, device, since });
  return rows;
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
