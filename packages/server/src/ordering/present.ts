import { iso, isoOrNull } from '@beadle/shared';
import type { Viewer } from '../concealed.ts';
import { readBreaches } from '../breaches/read.ts';
import type { Db } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';
import type { OrderRow } from '../orders/desired-state/document.ts';
import { type EffectRow, effectsOf } from '../orders/desired-state/read.ts';
import { standingOf } from '../orders/desired-state/standing.ts';
import type { EffectAnswer, OrderAnswer } from './schema.ts';

export type OrderedDevice = Pick<DeviceRow, 'organisation' | 'id' | 'asset_tag' | 'generation' | 'desired_held'>;

const presentEffect = ({ effect, at, observed, received_at }: EffectRow): EffectAnswer => ({
  effect: effect as EffectAnswer['effect'],
  at: iso(at),
  observed,
  receivedAt: iso(received_at),
});

interface Beside {
  readonly device: Pick<OrderedDevice, 'asset_tag' | 'generation' | 'desired_held'>;
  readonly effects: readonly EffectRow[];
  /** References of breaches that the viewer may see: an order's own is not told otherwise. */
  readonly breaches: ReadonlySet<string>;
  readonly now: number;
}

function presentOrder(row: OrderRow, { device, effects, breaches, now }: Beside): OrderAnswer {
  return {
    id: row.id,
    device: device.asset_tag,
    kind: row.kind,
    standing: standingOf(row, device, now),
    until: isoOrNull(row.until),
    notice: row.notice,
    telephone: row.telephone,
    text: row.text,
    allow: row.allow === null ? [] : (JSON.parse(row.allow) as OrderAnswer['allow']),
    orderedBy: row.ordered_by,
    orderedAt: iso(row.ordered_at),
    reason: row.reason,
    breach: row.breach !== null && breaches.has(row.breach) ? row.breach : null,
    ofWithdrawal: row.withdrawn_from !== null,
    liftedBy: row.lifted_by,
    liftedAt: isoOrNull(row.lifted_at),
    liftReason: row.lift_reason,
    effects: effects.filter(({ order_id: id }) => id === row.id).map(presentEffect),
  };
}

/** Which of the orders' breaches are there for the viewer: one that implicates an officer is not, for that officer. */
async function visibleBreaches(db: Db, viewer: Viewer, rows: readonly OrderRow[]): Promise<ReadonlySet<string>> {
  const refs = [...new Set(rows.flatMap(({ breach }) => (breach === null ? [] : [breach])))];
  return new Set((await readBreaches(db, viewer, refs)).map(({ ref }) => ref));
}

/** Orders of one device, with all that it has said of each. */
export async function presentOrders(
  db: Db,
  viewer: Viewer,
  device: OrderedDevice,
  rows: readonly OrderRow[],
  now: number,
): Promise<OrderAnswer[]> {
  const of = { organisation: device.organisation, device: device.id };
  const ids = rows.map(({ id }) => id);
  const [effects, breaches] = await Promise.all([effectsOf(db, of, ids), visibleBreaches(db, viewer, rows)]);
  return rows.map((row) => presentOrder(row, { device, effects, breaches, now }));
}
