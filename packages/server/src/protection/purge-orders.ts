import type { Tx } from '../db/database.ts';
import { keptSince } from '../organisation/retention.ts';
import { noneOf } from './held-now.ts';
import { type Step, stepOf } from './phase.ts';
import type { PurgeContext } from './purge-findings.ts';
import { ERASED_TEXT } from './purge-others.ts';

const ORDERS_AT_ONCE = 200;

const ERASED = {
  notice: null,
  telephone: null,
  allow: null,
  text: null,
  salt: null,
  hash: null,
  reason: ERASED_TEXT,
  ordered_by: ERASED_TEXT,
  breach: null,
} as const;

type Place = readonly [device: string, id: string];

/** Of what devices were ordered long ago, and are no longer, the words and who ordered it; its kind and its days stay. */
export async function purgeOrders(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, now, retention, held } = context;
  const after = place === null ? (['', ''] as const) : (JSON.parse(place) as Place);
  const rows = await tx
    .selectFrom('device_orders')
    .select(['device', 'id'])
    .where('organisation', '=', organisation)
    .where('dropped_version', 'is not', null)
    .where((eb) => eb.or([eb('effect', 'is', null), eb('effect', '<>', 'in-force')]))
    .where('ordered_by', '<>', ERASED_TEXT)
    .where((eb) => eb(eb.fn.coalesce('lifted_at', 'until', 'ordered_at'), '<', keptSince(now, retention.breaches)))
    .where(noneOf('device', held.devices))
    .where((eb) => eb(eb.refTuple('device', 'id'), '>', eb.tuple(after[0], after[1])))
    .orderBy('device')
    .orderBy('id')
    .limit(ORDERS_AT_ONCE)
    .execute();
  for (const { device, id } of rows) await erase(tx, organisation, device, id);
  const last = rows.at(-1);
  const next = last === undefined ? undefined : ([last.device, last.id] satisfies Place);
  return stepOf({ erased: rows.length, looked: rows.length, atOnce: ORDERS_AT_ONCE, next });
}

async function erase(tx: Tx, organisation: string, device: string, id: string): Promise<void> {
  await tx
    .updateTable('device_orders')
    .set(ERASED)
    .set((eb) => ({
      lifted_by: eb.case().when('lifted_by', 'is', null).then(null).else(ERASED_TEXT).end(),
      lift_reason: eb.case().when('lift_reason', 'is', null).then(null).else(ERASED_TEXT).end(),
      observed: eb.case().when('observed', 'is', null).then(null).else(ERASED_TEXT).end(),
    }))
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('id', '=', id)
    .execute();
  await tx
    .updateTable('device_order_effects')
    .set({ observed: ERASED_TEXT })
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('order_id', '=', id)
    .execute();
}
