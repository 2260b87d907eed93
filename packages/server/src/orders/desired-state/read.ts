import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../db/database.ts';
import { hasNotLeft } from '../../devices/left-service.ts';
import type { DeviceOrderEffectTable } from '../../db/schema-orders.ts';
import { RESTRICTIONS } from '@beadle/shared';
import type { Ordered } from './raise.ts';
import type { OrderRow } from './document.ts';
import { isOpen } from './standing.ts';

export type EffectRow = Selectable<DeviceOrderEffectTable>;

export interface OrderPage {
  readonly limit: number;
  readonly after?: readonly [orderedAt: number, id: string] | undefined;
}

/** What was ever ordered of a device, the newest first; one more than the limit where there is a next page. */
export function ordersOf(db: Db, of: Ordered, { limit, after }: OrderPage): Promise<OrderRow[]> {
  let query = db
    .selectFrom('device_orders')
    .selectAll()
    .where('organisation', '=', of.organisation)
    .where('device', '=', of.device);
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('ordered_at', 'id'), '<', eb.tuple(after[0], after[1])));
  return query
    .orderBy('ordered_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
}

export const orderOf = (db: Db | Tx, of: Ordered, id: string): Promise<OrderRow | undefined> =>
  db
    .selectFrom('device_orders')
    .selectAll()
    .where('organisation', '=', of.organisation)
    .where('device', '=', of.device)
    .where('id', '=', id)
    .executeTakeFirst();

/** What the device has reported of these orders, in the order in which it came. */
export const effectsOf = (db: Db | Tx, of: Ordered, ids: readonly string[]): Promise<EffectRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('device_order_effects')
        .selectAll()
        .where('organisation', '=', of.organisation)
        .where('device', '=', of.device)
        .where('order_id', 'in', [...ids])
        .orderBy('order_id')
        .orderBy('sequence')
        .execute();

export const refusalsOf = (db: Db, of: Ordered) =>
  db
    .selectFrom('device_refusals')
    .select(['reason', 'first_at', 'last_at'])
    .where('organisation', '=', of.organisation)
    .where('device', '=', of.device)
    .orderBy('reason')
    .execute();

export type OrderOfFleet = Awaited<ReturnType<typeof openOrdersOfFleet>>[number];

/** What restricts any device now, or will when that is next heard from: by asset tag. */
export async function openOrdersOfFleet(db: Db, organisation: string, now: number) {
  const rows = await db
    .selectFrom('device_orders')
    .innerJoin('devices', (join) =>
      join
        .onRef('devices.organisation', '=', 'device_orders.organisation')
        .onRef('devices.id', '=', 'device_orders.device'),
    )
    .selectAll('device_orders')
    .select(['devices.asset_tag', 'devices.holder', 'devices.generation', 'devices.desired_held'])
    .where('device_orders.organisation', '=', organisation)
    .where('device_orders.kind', 'in', [...RESTRICTIONS])
    .where(hasNotLeft)
    .where((eb) => eb.or([eb('dropped_version', 'is', null), eb('effect', '=', 'in-force')]))
    .orderBy('devices.asset_tag')
    .orderBy('device_orders.id')
    .execute();
  return rows.filter((row) => isOpen(row, row, now));
}

/** The number that was given last: mostly the same one's. */
export async function lastTelephone(db: Db, organisation: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('device_orders')
    .select('telephone')
    .where('organisation', '=', organisation)
    .where('telephone', 'is not', null)
    .orderBy('ordered_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.telephone ?? undefined;
}
