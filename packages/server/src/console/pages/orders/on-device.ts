import type { Viewer } from '../../../concealed.ts';
import type { Db } from '../../../db/database.ts';
import type { DeviceRow } from '../../../devices/read.ts';
import { ordersOf, refusalsOf } from '../../../orders/desired-state/read.ts';
import { isOpen } from '../../../orders/desired-state/standing.ts';
import { presentOrders } from '../../../ordering/present.ts';
import type { OrderAnswer } from '../../../ordering/schema.ts';
import { nameOfKind } from './words.ts';

const MOST_SHOWN = 30;

const shown = (order: OrderAnswer) => ({
  ...order,
  name: nameOfKind(order.kind),
  last: order.effects.at(-1),
  isLifted: order.liftedAt !== null,
});
export type ShownOrder = ReturnType<typeof shown>;

/** What is ordered of a device, as its page shows it: what is open, then what was. */
export async function ordersOnDevice(db: Db, viewer: Viewer, device: DeviceRow, now: number) {
  const of = { organisation: device.organisation, device: device.id };
  const [rows, refusals] = await Promise.all([ordersOf(db, of, { limit: MOST_SHOWN }), refusalsOf(db, of)]);
  const listed = rows.slice(0, MOST_SHOWN);
  const orders = (await presentOrders(db, viewer, device, listed, now)).map(shown);
  const open = new Set(listed.filter((row) => isOpen(row, device, now)).map(({ id }) => id));
  return {
    open: orders.filter(({ id }) => open.has(id)),
    past: orders.filter(({ id }) => !open.has(id)),
    isWhole: rows.length <= MOST_SHOWN,
    refusals,
  };
}
