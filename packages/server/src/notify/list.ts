import { type Selectable, sql } from 'kysely';
import type { Caller } from '../access.ts';
import { isConcealedFrom, type Viewer } from '../concealed.ts';
import type { Db } from '../db/database.ts';
import { SERIES } from '../db/references.ts';
import type { NoticeTable } from '../db/schema.ts';
import { callerMay } from '../people/permissions.ts';
import { noticesNaming } from './naming.ts';
import { jobOf } from './queue.ts';

export const NOTICE_STATUSES = ['waiting', 'sent', 'failed'] as const;

export interface Delivery extends Selectable<NoticeTable> {
  /** When it is tried next; null where nothing waits. */
  readonly nextTryAt: number | null;
}

export interface DeliveryFilter {
  /** The reference of a breach. */
  readonly breach?: string | undefined;
  readonly channel?: string | undefined;
  readonly status?: string | undefined;
}

export interface DeliveryPage {
  readonly limit: number;
  /** The id of the last one of the page before: ids rise with the time. */
  readonly after?: readonly [string] | undefined;
}

const idOf = (db: Db, organisation: string, ref: string) =>
  db
    .selectFrom('breaches')
    .select('id')
    .where('organisation', '=', organisation)
    .where('ref', '=', ref)
    .executeTakeFirst();

/** The ids of the breaches that are not there for the viewer: few, if any. */
async function concealedFromViewer(db: Db, viewer: Viewer): Promise<string[]> {
  const rows = await db
    .selectFrom('breaches')
    .select(['id', 'concealed_from'])
    .where('organisation', '=', viewer.organisation)
    .where('concealed_from', 'is not', null)
    .execute();
  return rows.filter((row) => isConcealedFrom(row, viewer)).map(({ id }) => id);
}

/** Who reads the list of messages. */
export type Reader = Viewer & Pick<Caller, 'role' | 'only'>;

/**
 * What is told of a breach that implicates an officer is not there for that officer (invariant 7); what is told of somebody's
 * complaint, objection or correction is there for whoever answers it alone.
 */
async function deliveries(db: Db, viewer: Reader) {
  let query = db.selectFrom('notices').selectAll().where('organisation', '=', viewer.organisation);
  if (!callerMay(viewer, 'rights:answer'))
    query = query.where((eb) =>
      eb.or([eb('reference', 'is', null), eb('reference', 'not like', `${SERIES.rights}-%`)]),
    );
  for (const id of await concealedFromViewer(db, viewer))
    query = query.where('breaches', 'not like', `%${JSON.stringify(id)}%`);
  return query;
}

/** Deliveries, the newest first; one more than the limit where there is a next page. */
export async function listDeliveries(
  db: Db,
  viewer: Reader,
  { breach, channel, status }: DeliveryFilter,
  { limit, after }: DeliveryPage,
): Promise<Delivery[]> {
  const { organisation } = viewer;
  let query = await deliveries(db, viewer);
  if (breach !== undefined) {
    const found = await idOf(db, organisation, breach);
    if (found === undefined) return [];
    const ids = await noticesNaming(db, organisation, found.id);
    if (ids.length === 0) return [];
    query = query.where('id', 'in', [...ids]);
  }
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (status !== undefined) query = query.where('status', '=', status);
  if (after !== undefined) query = query.where('id', '<', after[0]);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return withNextTry(db, organisation, rows);
}

export async function readDelivery(db: Db, viewer: Reader, id: string): Promise<Delivery | undefined> {
  const rows = await (await deliveries(db, viewer)).where('id', '=', id).execute();
  const [found] = await withNextTry(db, viewer.organisation, rows);
  return found;
}

async function withNextTry(
  db: Db,
  organisation: string,
  rows: readonly Selectable<NoticeTable>[],
): Promise<Delivery[]> {
  const waiting = rows.filter(({ status }) => status === 'waiting');
  const jobs =
    waiting.length === 0
      ? []
      : await db
          .selectFrom('jobs')
          .select(['kind', 'dedupe_key', 'run_at'])
          .where('organisation', '=', organisation)
          .where('status', '=', sql.lit('waiting'))
          .where('kind', 'in', [...new Set(waiting.map(jobOf))])
          .where(
            'dedupe_key',
            'in',
            waiting.map(({ id }) => id),
          )
          .execute();
  const next = new Map(jobs.map((job) => [`${job.kind} ${job.dedupe_key}`, job.run_at]));
  return rows.map((row) => ({ ...row, nextTryAt: next.get(`${jobOf(row)} ${row.id}`) ?? null }));
}

/** The channels of which there is any delivery, by name: one after the other through an index, as there are few. */
export async function channelsUsed(db: Db, organisation: string): Promise<string[]> {
  const channels: string[] = [];
  for (;;) {
    const row = await db
      .selectFrom('notices')
      .select('channel')
      .where('organisation', '=', organisation)
      .where('channel', '>', channels.at(-1) ?? '')
      .orderBy('channel')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return channels;
    channels.push(row.channel);
  }
}
