import { RESTRICTIONS } from '@beadle/shared';
import { type Caller, actOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { lockedDevice } from '../devices/change.ts';
import type { DeviceRow } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { liftRestrictions } from '../orders/desired-state/change.ts';
import { type OrderingDeps, refuseExhibit, refuseOwn } from './act.ts';

export type EndingDeps = Pick<OrderingDeps, 'db' | 'clock' | 'announce'>;

type Why = 'revoked' | 'left-service';

/** The keys of a device are worth nothing any more; what is connected with one is cut off. */
async function endKeys(tx: Tx, { organisation, id }: DeviceRow, why: Why, at: number, deps: EndingDeps): Promise<void> {
  await tx
    .updateTable('device_keys')
    .set({ revoked_at: at, revoked_why: why })
    .where('organisation', '=', organisation)
    .where('device', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
  await deps.announce(tx, { organisation, device: id });
}

const changed = (tx: Tx, { organisation, id }: DeviceRow) =>
  tx.updateTable('devices').where('organisation', '=', organisation).where('id', '=', id);

/**
 * Ends the key of a device, as of one that was stolen: from now on nothing that it sends is taken, and nothing can be
 * ordered of it. What restricts it stays in force on it. Throws `device-unknown` and `conflict`.
 */
export async function revokeKey(caller: Caller, assetTag: string, reason: string, deps: EndingDeps): Promise<void> {
  await refuseOwn(deps, caller, assetTag);
  await inTransaction(deps.db, async (tx) => {
    const act = actOf(caller, deps.clock.now());
    const device = await lockedDevice(tx, act.organisation, assetTag);
    const { generation, asset_tag: tag } = device;
    if (generation === 0) throw problem('conflict', `${tag} has never been enrolled: it has no key.`);
    if (device.key_revoked_at !== null) throw problem('conflict', `The key of ${tag} has been revoked already.`);
    await changed(tx, device).set({ key_revoked_at: act.at }).execute();
    await endKeys(tx, device, 'revoked', act.at, deps);
    await recordAct(tx, {
      ...act,
      action: 'device-key-revoked',
      target: `device:${tag}`,
      detail: { generation, reason },
    });
  });
}

/** What restricts it, but for what a withdrawal of access is to give back itself. */
async function openRestrictions(tx: Tx, { organisation, id }: DeviceRow): Promise<string[]> {
  const rows = await tx
    .selectFrom('device_orders')
    .select('id')
    .where('organisation', '=', organisation)
    .where('device', '=', id)
    .where('kind', 'in', [...RESTRICTIONS])
    .where('lifted_at', 'is', null)
    .where('dropped_version', 'is', null)
    .where('withdrawn_from', 'is', null)
    .execute();
  return rows.map((row) => row.id);
}

/** How it stood is how it stands no more; what it sent stays until its retention. */
async function forgetStanding(tx: Tx, { organisation, id: device }: DeviceRow): Promise<void> {
  for (const table of ['states', 'judged_states', 'connected_graces', 'facts'] as const)
    await tx.deleteFrom(table).where('organisation', '=', organisation).where('device', '=', device).execute();
}

/**
 * A device leaves service for good: its key ends, what restricts it is lifted, and it counts no more. The agent is told so
 * once, under the server's signature, unless the key had been revoked before. Throws `device-unknown` and `conflict`.
 */
export async function leaveService(caller: Caller, assetTag: string, reason: string, deps: EndingDeps): Promise<void> {
  await refuseOwn(deps, caller, assetTag);
  await inTransaction(deps.db, async (tx) => {
    const act = actOf(caller, deps.clock.now());
    const { at, actor: by } = act;
    const device = await lockedDevice(tx, act.organisation, assetTag);
    const { asset_tag: tag, organisation, id } = device;
    if (device.state === 'left-service') throw problem('conflict', `${tag} has left service already.`);
    await refuseExhibit(tx, device);
    const open = await openRestrictions(tx, device);
    const orders = { now: at, announce: deps.announce };
    const lifted = await liftRestrictions(tx, { organisation, device: id }, open, { by, reason }, orders);
    await changed(tx, device).set({ state: 'left-service', state_since: at, quiet_until: null }).execute();
    await endKeys(tx, device, 'left-service', at, deps);
    await forgetStanding(tx, device);
    const detail = { reason, orders: lifted };
    await recordAct(tx, { ...act, action: 'device-left-service', target: `device:${tag}`, detail });
  });
}
