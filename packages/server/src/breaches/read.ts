import { type Expression, type Selectable, sql, type SqlBool } from 'kysely';
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

const devicesOf = (db: Db, { organisation }: Viewer) =>
  db.selectFrom('devices as named').select('named.id').where('named.organisation', '=', organisation);

function holding(db: Db, viewer: Viewer, q: string) {
  const like = containing(q.toLowerCase());
  const within = (column: string) => sql<boolean>`lower(${sql.ref(column)}) like ${like} escape '\\'`;
  const tagged = devicesOf(db, viewer).where(within('named.asset_tag'));
  return sql<boolean>`(${within('breaches.ref')} or ${within('breaches.subject')} or breaches.device in (${tagged}))`;
}

type Condition = Expression<SqlBool>;

/** What people have decided, and what is looked for by words. */
function caseConditions(db: Db, viewer: Viewer, filter: BreachFilter): Condition[] {
  const { category, triage, owner, severityNow: now, q } = filter;
  return [
    ...(category === undefined ? [] : [sql<boolean>`breaches.category = ${category}`]),
    ...(triage === undefined
      ? []
      : [triage === 'none' ? sql<boolean>`breaches.triage is null` : sql<boolean>`breaches.triage = ${triage}`]),
    ...(owner === undefined ? [] : [sql<boolean>`breaches.owner = ${owner}`]),
    ...(now === undefined ? [] : [sql<boolean>`${severityNow} = ${now}`]),
    ...(q === undefined ? [] : [holding(db, viewer, q)]),
  ];
}

const clustersCalled = (db: Db, { organisation }: Viewer, ref: string) =>
  db
    .selectFrom('clusters as called')
    .select('called.id')
    .where('called.organisation', '=', organisation)
    .where('called.ref', '=', ref)
    .where('called.breaches', '>', 1);

/** What a filter asks for, in the columns of `breaches` alone: who counts them joins nothing. */
function conditionsOf(db: Db, viewer: Viewer, filter: BreachFilter): Condition[] {
  const { status, severity, duty, rule, device, open, cluster } = filter;
  return [
    ...caseConditions(db, viewer, filter),
    ...(status === undefined ? [] : [sql<boolean>`breaches.status = ${status}`]),
    ...(severity === undefined ? [] : [sql<boolean>`breaches.severity = ${severity}`]),
    ...(duty === undefined ? [] : [sql<boolean>`breaches.duty = ${duty}`]),
    ...(rule === undefined ? [] : [sql<boolean>`breaches.rule = ${rule}`]),
    ...(device === undefined
      ? []
      : [sql<boolean>`breaches.device in (${devicesOf(db, viewer).where('named.asset_tag', '=', device)})`]),
    ...(cluster === undefined ? [] : [sql<boolean>`breaches.cluster in (${clustersCalled(db, viewer, cluster)})`]),
    ...(open === undefined
      ? []
      : [open ? sql<boolean>`breaches.ended_at is null` : sql<boolean>`breaches.ended_at is not null`]),
  ];
}

/** The breaches that fit, in no order and without what belongs to them: to be counted, or to choose a page of. */
export const fitting = (db: Db, viewer: Viewer, filter: BreachFilter) =>
  db
    .selectFrom('breaches')
    .where('breaches.organisation', '=', viewer.organisation)
    .where(visibleTo(viewer))
    .where((eb) => eb.and(conditionsOf(db, viewer, filter)));

/** How many fit. */
export async function countBreaches(db: Db, viewer: Viewer, filter: BreachFilter): Promise<number> {
  const { count } = await fitting(db, viewer, filter)
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Breaches, the newest first; one more than the limit where there is a next page. */
export async function listBreaches(
  db: Db,
  viewer: Viewer,
  filter: BreachFilter,
  { limit, after }: BreachPage,
): Promise<BreachView[]> {
  const query = breaches(db, viewer)
    .where((eb) => eb.and(conditionsOf(db, viewer, filter)))
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
