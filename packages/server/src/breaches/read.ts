import { type Selectable, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { type Viewer, visibleTo } from '../concealed.ts';
import type { BreachTable } from '../db/schema.ts';
import { containing } from '../containing.ts';

/** A breach with the tag and kind of its device, null where it is not about one. */
export interface BreachView extends Selectable<BreachTable> {
  readonly asset_tag: string | null;
  readonly device_kind: string | null;
  /** The reference of the item that it is one of several of; null where it stands for itself. */
  readonly cluster_ref: string | null;
}

export interface BreachFilter {
  readonly status?: string | undefined;
  readonly severity?: string | undefined;
  readonly duty?: string | undefined;
  readonly rule?: string | undefined;
  /** An asset tag. */
  readonly device?: string | undefined;
  readonly category?: string | undefined;
  /** What a person decided that it is; `none` where nobody has. */
  readonly triage?: string | undefined;
  readonly owner?: string | undefined;
  /** A person's severity where it has been assessed, else the policy's. */
  readonly severityNow?: string | undefined;
  /** Part of a reference, an asset tag, or what it is about, which is the title of a person's report. */
  readonly q?: string | undefined;
  /** True: those that nobody has closed and no device has ended; false: the others. */
  readonly open?: boolean | undefined;
  /** The reference of a cluster. */
  readonly cluster?: string | undefined;
}

/** Where a page begins: the breach before its first. */
export type BreachPlace = readonly [openedAt: number, id: string];

export interface BreachPage {
  readonly limit: number;
  readonly after?: BreachPlace | undefined;
}

export const placeOf = (breach: BreachView): BreachPlace => [breach.opened_at, breach.id];

/** The breaches of an organisation that the viewer may see, each with its device. */
export function breaches(db: Db, viewer: Viewer) {
  return db
    .selectFrom('breaches')
    .leftJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'breaches.organisation').onRef('devices.id', '=', 'breaches.device'),
    )
    .leftJoin('clusters', (join) =>
      join
        .onRef('clusters.organisation', '=', 'breaches.organisation')
        .onRef('clusters.id', '=', 'breaches.cluster')
        .on('clusters.breaches', '>', 1),
    )
    .selectAll('breaches')
    .select(['devices.asset_tag', 'devices.kind as device_kind', 'clusters.ref as cluster_ref'])
    .where('breaches.organisation', '=', viewer.organisation)
    .where(visibleTo(viewer));
}

/** A person's severity outweighs the policy's. */
export const severityNow = sql<string>`coalesce(breaches.assessed_severity, breaches.severity)`;

function holding(q: string) {
  const like = containing(q.toLowerCase());
  const within = (column: string) => sql<boolean>`lower(${sql.ref(column)}) like ${like} escape '\\'`;
  return sql<boolean>`(${within('breaches.ref')} or ${within('devices.asset_tag')} or ${within('breaches.subject')})`;
}

function matchingCase(db: Db, viewer: Viewer, { category, triage, owner, severityNow: now, q }: BreachFilter) {
  let query = breaches(db, viewer);
  if (category !== undefined) query = query.where('breaches.category', '=', category);
  if (triage === 'none') query = query.where('breaches.triage', 'is', null);
  else if (triage !== undefined) query = query.where('breaches.triage', '=', triage);
  if (owner !== undefined) query = query.where('breaches.owner', '=', owner);
  if (now !== undefined) query = query.where(severityNow, '=', now);
  return q === undefined ? query : query.where(holding(q));
}

/** The breaches that fit, in no order. */
export function matching(db: Db, viewer: Viewer, filter: BreachFilter) {
  const { status, severity, duty, rule, device, open, cluster } = filter;
  let query = matchingCase(db, viewer, filter);
  if (status !== undefined) query = query.where('breaches.status', '=', status);
  if (severity !== undefined) query = query.where('breaches.severity', '=', severity);
  if (duty !== undefined) query = query.where('breaches.duty', '=', duty);
  if (rule !== undefined) query = query.where('breaches.rule', '=', rule);
  if (device !== undefined) query = query.where('devices.asset_tag', '=', device);
  if (cluster !== undefined) query = query.where('clusters.ref', '=', cluster);
  if (open !== undefined) query = query.where('breaches.ended_at', open ? 'is' : 'is not', null);
  return query;
}

/** Breaches, the newest first; one more than the limit where there is a next page. */
export async function listBreaches(
  db: Db,
  viewer: Viewer,
  filter: BreachFilter,
  { limit, after }: BreachPage,
): Promise<BreachView[]> {
  const query = matching(db, viewer, filter)
    .orderBy('breaches.opened_at', 'desc')
    .orderBy('breaches.id', 'desc')
    .limit(limit + 1);
  if (after === undefined) return query.execute();
  return query
    .where((eb) => eb(eb.refTuple('breaches.opened_at', 'breaches.id'), '<', eb.tuple(after[0], after[1])))
    .execute();
}

/** One breach by its reference; undefined where there is none. */
export const readBreach = (db: Db, viewer: Viewer, ref: string): Promise<BreachView | undefined> =>
  breaches(db, viewer).where('breaches.ref', '=', ref).executeTakeFirst();

/** Those of these references that there are, in the order of their opening. */
export const readBreaches = (db: Db, viewer: Viewer, refs: readonly string[]): Promise<BreachView[]> =>
  refs.length === 0
    ? Promise.resolve([])
    : breaches(db, viewer)
        .where('breaches.ref', 'in', [...refs])
        .orderBy('breaches.opened_at')
        .orderBy('breaches.id')
        .execute();
