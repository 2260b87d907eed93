import type { Selectable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { PendingEnrolmentTable } from '../db/schema-enrolment.ts';
import { WAITS_FOR_MS } from './decide.ts';

export type PendingRow = Selectable<PendingEnrolmentTable>;

export const pendingByKey = (tx: Tx, organisation: string, keyId: string): Promise<PendingRow | undefined> =>
  tx
    .selectFrom('pending_enrolments')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('key_id', '=', keyId)
    .executeTakeFirst();

export const pendingById = (db: Db | Tx, organisation: string, id: string): Promise<PendingRow | undefined> =>
  db
    .selectFrom('pending_enrolments')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();

export async function addPending(tx: Tx, row: PendingRow): Promise<void> {
  await tx.insertInto('pending_enrolments').values(row).execute();
}

export type PendingChange = Partial<Omit<PendingRow, 'organisation' | 'id' | 'key_id'>>;

export async function changePending(tx: Tx, { organisation, id }: PendingRow, change: PendingChange): Promise<void> {
  await tx
    .updateTable('pending_enrolments')
    .set(change)
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .execute();
}

/** No decision: ICT is to say. */
export const UNDECIDED = {
  status: 'waiting',
  decided_at: null,
  decided_by: null,
  device: null,
  generation: null,
} as const satisfies PendingChange;

/** Whoever is approved as this device and has not asked since waits again; their ids. */
export async function undoApprovalsAs(tx: Tx, organisation: string, device: string): Promise<readonly string[]> {
  const undone = await tx
    .updateTable('pending_enrolments')
    .set(UNDECIDED)
    .where('organisation', '=', organisation)
    .where('status', '=', 'approved')
    .where('device', '=', device)
    .returning('id')
    .execute();
  return undone.map(({ id }) => id);
}

export async function dropPending(tx: Tx, { organisation, id }: PendingRow): Promise<void> {
  await tx.deleteFrom('pending_enrolments').where('organisation', '=', organisation).where('id', '=', id).execute();
}

/** Those of a fleet key that is worth nothing any more; how many. */
export async function dropPendingOf(tx: Tx, organisation: string, token: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('pending_enrolments')
    .where('organisation', '=', organisation)
    .where('token', '=', token)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Those that have waited for 30 days; how many. */
export async function dropEnded(tx: Tx, organisation: string, now: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('pending_enrolments')
    .where('organisation', '=', organisation)
    .where('first_at', '<=', now - WAITS_FOR_MS)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

const counted = (db: Db | Tx, organisation: string, now: number) =>
  db
    .selectFrom('pending_enrolments')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('organisation', '=', organisation)
    .where('first_at', '>', now - WAITS_FOR_MS);

/** How many laptops came with this key and are kept. */
export async function countOfKey(tx: Tx, organisation: string, token: string, now: number): Promise<number> {
  const { count } = await counted(tx, organisation, now).where('token', '=', token).executeTakeFirstOrThrow();
  return count;
}

/** How many wait for ICT. */
export async function countWaiting(db: Db, organisation: string, now: number): Promise<number> {
  const { count } = await counted(db, organisation, now).where('status', '=', 'waiting').executeTakeFirstOrThrow();
  return count;
}

/** With the asset tags of the device that it appears to be, and of the one that it was approved as. */
const listed = (db: Db, organisation: string, now: number) =>
  db
    .selectFrom('pending_enrolments as pending')
    .leftJoin('devices as seems', (join) =>
      join.onRef('seems.organisation', '=', 'pending.organisation').onRef('seems.id', '=', 'pending.seems'),
    )
    .leftJoin('devices as approved', (join) =>
      join.onRef('approved.organisation', '=', 'pending.organisation').onRef('approved.id', '=', 'pending.device'),
    )
    .selectAll('pending')
    .select(['seems.asset_tag as seems_tag', 'approved.asset_tag as approved_tag'])
    .where('pending.organisation', '=', organisation)
    .where('pending.first_at', '>', now - WAITS_FOR_MS);
export type ListedPending = Awaited<ReturnType<typeof listPending>>[number];

/** The oldest first, behind `after`. */
export function listPending(
  db: Db,
  organisation: string,
  { now, limit, after }: { readonly now: number; readonly limit: number; readonly after?: string | undefined },
) {
  let query = listed(db, organisation, now);
  if (after !== undefined) query = query.where('pending.id', '>', after);
  return query.orderBy('pending.id').limit(limit).execute();
}

/** One as it is listed, where it has not been decided about. */
export const readWaiting = (db: Db, organisation: string, id: string, now: number) =>
  listed(db, organisation, now).where('pending.id', '=', id).where('pending.status', '=', 'waiting').executeTakeFirst();
