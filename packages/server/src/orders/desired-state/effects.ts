import type { Effect, EffectsReport } from '@beadle/shared';
import type { Tx } from '../../db/database.ts';
import { type OrderDeps, raiseVersion } from './raise.ts';
import { isRestriction, type OrderRow } from './document.ts';

/** After these the device is done with it by itself, and it need not stand in its document any more. */
const ENDS: Readonly<Record<'restriction' | 'once', ReadonlySet<string>>> = {
  restriction: new Set(['lapsed', 'released']),
  once: new Set(['shown', 'sent', 'too-late', 'failed', 'unsupported']),
};

interface Reporting {
  readonly organisation: string;
  readonly id: string;
  readonly generation: number;
  readonly desired_version: number;
}

export interface EffectsChanged {
  readonly organisation: string;
  readonly device: string;
  /** The ids of the orders whose effect is another one than before. */
  readonly orders: readonly string[];
}

type Last = Pick<OrderRow, 'effect' | 'effect_at' | 'observed' | 'effect_generation'>;

const isSame = (row: Last, { effect, at, observed }: Effect, generation: number): boolean =>
  row.effect === effect &&
  row.effect_at === Date.parse(at) &&
  row.observed === observed &&
  row.effect_generation === generation;

const endsIt = ({ kind }: OrderRow, { effect }: Effect): boolean =>
  ENDS[isRestriction(kind) ? 'restriction' : 'once'].has(effect);

const rowsOf = (tx: Tx, { organisation, id }: Reporting, ids: readonly string[]): Promise<OrderRow[]> =>
  tx
    .selectFrom('device_orders')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', '=', id)
    .where('id', 'in', [...ids])
    .execute();

async function nextSequence(tx: Tx, { organisation, device, id }: OrderRow): Promise<number> {
  const last = await tx
    .selectFrom('device_order_effects')
    .select((eb) => eb.fn.max('sequence').as('sequence'))
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('order_id', '=', id)
    .executeTakeFirst();
  return (last?.sequence ?? 0) + 1;
}

/** Keeps one that differs from the last; whether it did. */
async function keep(tx: Tx, row: OrderRow, told: Effect, by: Reporting, now: number): Promise<boolean> {
  const { generation } = by;
  if (isSame(row, told, generation)) return false;
  const { organisation, device, id } = row;
  const seen = { effect: told.effect, at: Date.parse(told.at), observed: told.observed };
  const place = { organisation, device, order_id: id, sequence: await nextSequence(tx, row) };
  await tx
    .insertInto('device_order_effects')
    .values({ ...place, generation, ...seen, received_at: now })
    .execute();
  await tx
    .updateTable('device_orders')
    .set({ effect: seen.effect, effect_at: seen.at, observed: seen.observed })
    .set({ effect_received_at: now, effect_generation: generation })
    .set(endsIt(row, told) && row.dropped_version === null ? { dropped_version: by.desired_version } : {})
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('id', '=', id)
    .execute();
  return true;
}

async function keepRefusals(tx: Tx, { organisation, id }: Reporting, refused: readonly string[], now: number) {
  for (const reason of new Set(refused))
    await tx
      .insertInto('device_refusals')
      .values({ organisation, device: id, reason, first_at: now, last_at: now })
      .onConflict((conflict) => conflict.columns(['organisation', 'device', 'reason']).doUpdateSet({ last_at: now }))
      .execute();
}

/**
 * Takes in what a device reports, in the transaction that holds its head. A report that comes twice changes nothing. What
 * is about orders that are not known here is left; where the device holds more than this server ever made, it is overtaken.
 */
export async function takeEffects(
  tx: Tx,
  device: Reporting,
  report: EffectsReport,
  deps: OrderDeps,
): Promise<EffectsChanged> {
  const { organisation, id } = device;
  const told = new Map(report.effects.map((effect) => [effect.id, effect]));
  const rows = told.size === 0 ? [] : await rowsOf(tx, device, [...told.keys()]);
  const changed: string[] = [];
  for (const row of rows) {
    const effect = told.get(row.id);
    if (effect !== undefined && (await keep(tx, row, effect, device, deps.now))) changed.push(row.id);
  }
  await keepRefusals(tx, device, report.refused, deps.now);
  await tx
    .updateTable('devices')
    .set({ desired_held: report.version, effects_at: deps.now })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .execute();
  if (report.version > device.desired_version)
    await raiseVersion(tx, { organisation, device: id }, deps, report.version);
  return { organisation, device: id, orders: changed };
}
