import type { Viewer } from '../concealed.ts';
import type { Db } from '../db/database.ts';
import { openOrdersOfFleet, type OrderOfFleet } from '../orders/desired-state/read.ts';
import { presentOrders } from './present.ts';
import type { OrderAnswer } from './schema.ts';

export interface FleetOrder {
  readonly row: OrderOfFleet;
  readonly order: OrderAnswer;
}

type Place = readonly [assetTag: string, id: string];

/** Where one stands in the list of all. */
export const placeOf = ({ asset_tag: tag, id }: OrderOfFleet): Place => [tag, id];

const isBehind = ([tag, id]: Place, [otherTag, otherId]: Place): boolean =>
  tag > otherTag || (tag === otherTag && id > otherId);

/** What restricts any device, or is to: by asset tag, those behind a place. */
export async function fleetOrders(
  db: Db,
  organisation: string,
  now: number,
  after?: Place,
): Promise<readonly OrderOfFleet[]> {
  const rows = await openOrdersOfFleet(db, organisation, now);
  return rows
    .filter((row) => after === undefined || isBehind(placeOf(row), after))
    .toSorted((one, other) => (isBehind(placeOf(one), placeOf(other)) ? 1 : -1));
}

/** Those, with all that their devices have said of each. */
export async function presentFleetOrders(
  db: Db,
  viewer: Viewer,
  rows: readonly OrderOfFleet[],
  now: number,
): Promise<readonly FleetOrder[]> {
  const found: FleetOrder[] = [];
  for (const [id, own] of Map.groupBy(rows, ({ device }) => device)) {
    const [first] = own;
    if (first === undefined) continue;
    const orders = await presentOrders(db, viewer, { ...first, id }, own, now);
    found.push(...orders.flatMap((order, index) => (own[index] === undefined ? [] : [{ row: own[index], order }])));
  }
  return found;
}
