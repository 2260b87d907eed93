import { SEVERITIES } from '@beadle/shared';
import { sql } from 'kysely';
import type { Viewer } from '../concealed.ts';
import type { Db } from '../db/database.ts';
import { type BreachFilter, type BreachView, matching, severityNow } from './read.ts';

/** How a queue may be read: the newest first, those that have waited longest, or the gravest and of these the oldest. */
export const ORDERS = ['newest', 'oldest', 'severity'] as const;
export type Order = (typeof ORDERS)[number];

/** Where a page begins: the breach before its first. The rank is 0 where severity orders nothing. */
export type OrderedPlace = readonly [rank: number, openedAt: number, id: string];

const rankOf = (severity: string): number => (SEVERITIES as readonly string[]).indexOf(severity) + 1;
const ranks = sql.join(
  SEVERITIES.map((severity) => sql`when ${sql.lit(severity)} then ${sql.lit(rankOf(severity))}`),
  sql` `,
);
const rank = sql<number>`case ${severityNow} ${ranks} else 0 end`;

export const placeIn =
  (order: Order) =>
  (breach: BreachView): OrderedPlace => [
    order === 'severity' ? rankOf(breach.assessed_severity ?? breach.severity) : 0,
    breach.opened_at,
    breach.id,
  ];

/** Breaches in an order; one more than the limit where there is a next page. */
export async function listInOrder(
  db: Db,
  viewer: Viewer,
  filter: BreachFilter,
  { order, limit, after }: { readonly order: Order; readonly limit: number; readonly after?: OrderedPlace | undefined },
): Promise<BreachView[]> {
  const direction = order === 'newest' ? 'desc' : 'asc';
  let query = matching(db, viewer, filter);
  if (order === 'severity') query = query.orderBy(rank, 'desc');
  query = query
    .orderBy('breaches.opened_at', direction)
    .orderBy('breaches.id', direction)
    .limit(limit + 1);
  if (after === undefined) return query.execute();
  const [rankBefore, openedAt, id] = after;
  // A cursor is anybody's to write: PostgreSQL would take its number for a smaller one than it may be.
  const above = sql`cast(${rankBefore} as bigint)`;
  const beyond = sql<boolean>`(breaches.opened_at, breaches.id) ${sql.raw(order === 'newest' ? '<' : '>')} (${openedAt}, ${id})`;
  if (order !== 'severity') return query.where(beyond).execute();
  return query.where(sql<boolean>`(${rank} < ${above} or (${rank} = ${above} and ${beyond}))`).execute();
}
