import { SEVERITIES } from '@beadle/shared';
import { sql } from 'kysely';
import type { Viewer } from '../concealed.ts';
import type { Db } from '../db/database.ts';
import { type BreachFilter, breaches, type BreachView, fitting, severityNow } from './read.ts';

/** How a queue may be read: the newest first, those that have waited longest, or the gravest and of these the oldest. */
export const ORDERS = ['newest', 'oldest', 'severity'] as const;
export type Order = (typeof ORDERS)[number];

/** Where a page begins: the breach before its first. The rank is 0 where severity orders nothing. */
export type OrderedPlace = readonly [rank: number, openedAt: number, id: string];

const rankOf = (severity: string): number => (SEVERITIES as readonly string[]).indexOf(severity) + 1;
/** The severity of such a number. */
export const severityOf = (rank: number): string => SEVERITIES[rank - 1] ?? SEVERITIES[0];
const ranks = sql.join(
  SEVERITIES.map((severity) => sql`when ${sql.lit(severity)} then ${sql.lit(rankOf(severity))}`),
  sql` `,
);
/** How grave a breach is, as a number: a person's severity where there is one, else the policy's. */
export const severityRank = sql<number>`case ${severityNow} ${ranks} else 0 end`;

export const placeIn =
  (order: Order) =>
  (breach: BreachView): OrderedPlace => [
    order === 'severity' ? rankOf(breach.assessed_severity ?? breach.severity) : 0,
    breach.opened_at,
    breach.id,
  ];

type Condition = ReturnType<typeof sql<boolean>>;
interface Ordered<Q> {
  orderBy(by: typeof severityRank | 'breaches.opened_at' | 'breaches.id', direction: 'asc' | 'desc'): Q;
  where(condition: Condition): Q;
}

function inOrder<Q extends Ordered<Q>>(query: Q, order: Order): Q {
  const direction = order === 'newest' ? 'desc' : 'asc';
  const ranked = order === 'severity' ? query.orderBy(severityRank, 'desc') : query;
  return ranked.orderBy('breaches.opened_at', direction).orderBy('breaches.id', direction);
}

/** Those that come after a place. */
function beyond<Q extends Ordered<Q>>(query: Q, order: Order, [rankBefore, openedAt, id]: OrderedPlace): Q {
  // A cursor is anybody's to write: PostgreSQL would take its number for a smaller one than it may be.
  const above = sql`cast(${rankBefore} as bigint)`;
  const how = sql.raw(order === 'newest' ? '<' : '>');
  const later = sql<boolean>`(breaches.opened_at, breaches.id) ${how} (${openedAt}, ${id})`;
  return query.where(
    order === 'severity'
      ? sql<boolean>`(${severityRank} < ${above} or (${severityRank} = ${above} and ${later}))`
      : later,
  );
}

/** Breaches in an order; one more than the limit where there is a next page. */
export async function listInOrder(
  db: Db,
  viewer: Viewer,
  filter: BreachFilter,
  { order, limit, after }: { readonly order: Order; readonly limit: number; readonly after?: OrderedPlace | undefined },
): Promise<BreachView[]> {
  // Chosen by their ids alone: what a breach says of itself is long, and all of them would be carried through a sort.
  const first = inOrder(fitting(db, viewer, filter).select('breaches.id'), order).limit(limit + 1);
  const chosen = after === undefined ? first : beyond(first, order, after);
  return inOrder(breaches(db, viewer).where('breaches.id', 'in', chosen), order).execute();
}
