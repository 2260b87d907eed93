import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { BreachEventTable, DeviceTable, HeadTable, NoticeTable } from '../db/schema.ts';
import { noticesNaming } from '../notify/naming.ts';
import type { BreachView } from './read.ts';

export type BreachEventRow = Selectable<BreachEventTable>;
export type NoticeRow = Selectable<NoticeTable>;
export type HeadRow = Selectable<HeadTable>;

/** The last `limit` of what happened to a breach, the newest first. */
export const readBreachEvents = (
  db: Db,
  organisation: string,
  breach: string,
  limit: number,
): Promise<BreachEventRow[]> =>
  db
    .selectFrom('breach_events')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('breach', '=', breach)
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute();

export async function countBreachEvents(db: Db, organisation: string, breach: string): Promise<number> {
  const { count } = await db
    .selectFrom('breach_events')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('organisation', '=', organisation)
    .where('breach', '=', breach)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Events by which people decide about a breach, as life/ writes them. */
const ACTS = ['triaged', 'contained', 'assessed', 'decided', 'awareness-moved', 'referred', 'closed', 'reopened'];

/** The last `limit` of what people decided and did about a breach, the oldest first. */
export async function readActs(db: Db, organisation: string, breach: string, limit: number): Promise<BreachEventRow[]> {
  const rows = await db
    .selectFrom('breach_events')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('breach', '=', breach)
    .where('type', 'in', ACTS)
    .where('actor', '!=', 'beadle')
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed();
}

/** Messages to people that named this breach, in the order in which they were made. `breach` is an id that the server made. */
export async function readNotices(db: Db, organisation: string, breach: string): Promise<NoticeRow[]> {
  const ids = await noticesNaming(db, organisation, breach);
  if (ids.length === 0) return [];
  return db
    .selectFrom('notices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', 'in', [...ids])
    .where('role', '<>', '')
    .orderBy('created_at')
    .execute();
}

/** The device that a breach is about. */
export const readDeviceOf = (
  db: Db,
  { organisation, device }: BreachView,
): Promise<Selectable<DeviceTable> | undefined> =>
  device === null
    ? Promise.resolve(undefined)
    : db
        .selectFrom('devices')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('id', '=', device)
        .executeTakeFirst();

/** Where the chain of a device's present generation stands. */
export const readHead = (
  db: Db,
  organisation: string,
  device: string,
  generation: number,
): Promise<HeadRow | undefined> =>
  db
    .selectFrom('heads')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('generation', '=', generation)
    .executeTakeFirst();
