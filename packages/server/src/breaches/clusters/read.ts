import { iso } from '@beadle/shared';
import { sql } from 'kysely';
import Type, { type Static } from 'typebox';
import type { Db } from '../../db/database.ts';
import { problem } from '../../errors.ts';
import { type Viewer, visibleTo } from '../../concealed.ts';
import { severityOf, severityRank } from '../order.ts';
import type { Cause } from './cause.ts';
import { nullable } from '../../shapes.ts';
import { holding } from '../../containing.ts';

/** Breaches of one rule and one cause, as one item. */
export const ClusterAnswer = Type.Object({
  ref: Type.String(),
  rule: Type.String(),
  clause: Type.String(),
  says: Type.String(),
  severity: Type.String(),
  cause: Type.Record(Type.String(), Type.String(), { description: 'what they share beside the rule' }),
  breaches: Type.Integer({ description: 'how many it has in all' }),
  open: Type.Integer(),
  unacknowledged: Type.Integer({ description: 'of those that are open' }),
  devices: Type.Integer({ description: 'on how many devices something is open' }),
  owner: nullable(Type.String()),
  openedAt: Type.String(),
  lastAt: Type.String(),
});
type ClusterAnswer = Static<typeof ClusterAnswer>;

/** One breach is no cluster. */
const members = (db: Db, viewer: Viewer) =>
  db
    .selectFrom('clusters')
    .innerJoin('breaches', (join) =>
      join.onRef('breaches.organisation', '=', 'clusters.organisation').onRef('breaches.cluster', '=', 'clusters.id'),
    )
    .where('clusters.organisation', '=', viewer.organisation)
    .where('clusters.breaches', '>', 1)
    .where(visibleTo(viewer));

const figures = (db: Db, viewer: Viewer) =>
  members(db, viewer)
    .select([
      'clusters.id',
      'clusters.ref',
      'clusters.rule',
      'clusters.clause',
      'clusters.cause',
      'clusters.opened_at',
      'clusters.last_at',
      'clusters.breaches as total',
      sql<string>`max(breaches.says)`.as('says'),
      sql<number>`max(${severityRank})`.as('gravest'),
      sql<number>`sum(case when breaches.ended_at is null then 1 else 0 end)`.as('open'),
      sql<number>`sum(case when breaches.ended_at is null and breaches.acknowledged_at is null then 1 else 0 end)`.as(
        'unacknowledged',
      ),
      sql<number>`count(distinct case when breaches.ended_at is null then breaches.device end)`.as('devices'),
      sql<string | null>`max(case when breaches.ended_at is null then breaches.owner end)`.as('owner'),
    ])
    .groupBy([
      'clusters.id',
      'clusters.ref',
      'clusters.rule',
      'clusters.clause',
      'clusters.cause',
      'clusters.opened_at',
      'clusters.last_at',
      'clusters.breaches',
    ]);

export type ClusterFigures = Awaited<ReturnType<ReturnType<typeof figures>['execute']>>[number];

export const presentCluster = (row: ClusterFigures): ClusterAnswer => ({
  ref: row.ref,
  rule: row.rule,
  clause: row.clause,
  says: row.says,
  severity: severityOf(row.gravest),
  cause: JSON.parse(row.cause) as Cause,
  breaches: row.total,
  open: row.open,
  unacknowledged: row.unacknowledged,
  devices: row.devices,
  owner: row.owner,
  openedAt: iso(row.opened_at),
  lastAt: iso(row.last_at),
});

export interface ClusterPage {
  readonly limit: number;
  /** The id of the last one of the page before. */
  readonly after?: string | undefined;
}

/** Of which something is open. */
const withOpen = (db: Db, viewer: Viewer) =>
  db
    .selectFrom('breaches')
    .select('breaches.cluster')
    .where('breaches.organisation', '=', viewer.organisation)
    .where('breaches.ended_at', 'is', null)
    .where('breaches.cluster', 'is not', null)
    .where(visibleTo(viewer));

/** Clusters of which something is open, the newest first; one more than the limit where there is a next page. */
export function openClusters(db: Db, viewer: Viewer, { limit, after }: ClusterPage): Promise<ClusterFigures[]> {
  const query = figures(db, viewer)
    .where('clusters.id', 'in', withOpen(db, viewer))
    .orderBy('clusters.id', 'desc')
    .limit(limit + 1);
  return (after === undefined ? query : query.where('clusters.id', '<', after)).execute();
}

/** Clusters with this within their reference or their rule, the newest first, ended ones too; at most `limit`. */
export const clustersHolding = (db: Db, viewer: Viewer, q: string, limit: number): Promise<ClusterFigures[]> =>
  figures(db, viewer)
    .where((eb) => eb.or([holding('clusters.ref', q), holding('clusters.rule', q)]))
    .orderBy('clusters.id', 'desc')
    .limit(limit)
    .execute();

/** The cluster with this reference; a `not-found` problem where there is none. */
export async function clusterOf(db: Db, viewer: Viewer, ref: string): Promise<ClusterFigures> {
  const found = await figures(db, viewer).where('clusters.ref', '=', ref).executeTakeFirst();
  if (found === undefined) throw problem('not-found', `There is no cluster ${ref}.`);
  return found;
}

/** The references of the breaches of a cluster that are open. */
export async function openRefsOf(db: Db, viewer: Viewer, cluster: string): Promise<string[]> {
  const rows = await members(db, viewer)
    .select('breaches.ref')
    .where('clusters.id', '=', cluster)
    .where('breaches.ended_at', 'is', null)
    .orderBy('breaches.id')
    .execute();
  return rows.map(({ ref }) => ref);
}
