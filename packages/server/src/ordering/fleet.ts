import type { Viewer } from '../concealed.ts';
import type { Db } from '../db/database.ts';
import { openOrdersOfFleet, type OrderOfFleet } from '../orders/desired-state/read.ts';
import { presentOrders } from './present.ts';
import type { OrderAnswer } from './schema.ts';

export interface FleetOrder {
  readonly row: OrderOfFleet;
  readonly order: OrderAnswer;
}

/** Where one stands in the list of all. */
export const placeOf = ({ device, id }: OrderAnswer): readonly [assetTag: string, id: string] => [device, id];

const isBehind = ([tag, id]: readonly [string, string], [otherTag, otherId]: readonly [string, string]): boolean =>
  tag > otherTag || (tag === otherTag && id > otherId);

/** What restricts any device, or is to: by asset tag, those behind a place. */
export async function fleetOrders(
  db: Db,
  viewer: Viewer,
  now: number,
  after?: readonly [assetTag: string, id: string],
): Promise<FleetOrder[]> {
  const rows = await openOrdersOfFleet(db, viewer.organisation, now);
  const byDevice = Map.groupBy(rows, ({ device }) => device);
  const found: FleetOrder[] = [];
  for (const [id, own] of byDevice) {
    const [first] = own;
    if (first === undefined) continue;
    const orders = await presentOrders(db, viewer, { ...first, id }, own, now);
    found.push(...orders.flatMap((order, index) => (own[index] === undefined ? [] : [{ row: own[index], order }])));
  }
  return found
    .filter(({ order }) => after === undefined || isBehind(placeOf(order), after))
    .toSorted((one, other) => (isBehind(placeOf(one.order), placeOf(other.order)) ? 1 : -1));
}
