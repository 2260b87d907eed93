import type { Clock, Random } from '@beadle/shared';
import { actOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { lockedDevice } from '../devices/change.ts';
import type { DeviceRow } from '../devices/read.ts';
import { type NewDevice, registerDevice } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { hasEnded } from './decide.ts';
import { changePending, pendingById, type PendingRow, undoApprovalsAs } from './pending-store.ts';

export interface PendingDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** The device that a laptop is approved as: one of the register, or one that is registered with it. */
export type ApprovedAs = { readonly assetTag: string } | { readonly register: NewDevice };

/** Throws `pending-unknown`, and `conflict` where it has been decided already. */
async function requireWaiting(tx: Tx, organisation: string, id: string, now: number): Promise<PendingRow> {
  const row = await pendingById(tx, organisation, id);
  if (row === undefined || hasEnded(row, now))
    throw problem('pending-unknown', 'Nothing with this id waits: it was enrolled, or has waited for 30 days.');
  if (row.status !== 'waiting') throw problem('conflict', `This has been ${row.status} already.`);
  return row;
}

async function registered(tx: Tx, caller: Caller, register: NewDevice, row: PendingRow, deps: PendingDeps) {
  const act = actOf(caller, deps.clock.now());
  const { assetTag, ...told } = { serialNumber: row.serial_number, ...register };
  await registerDevice(tx, act.organisation, { assetTag, ...told }, { at: act.at, random: deps.random });
  await recordAct(tx, { ...act, action: 'device-registered', target: `device:${assetTag}`, detail: told });
  return assetTag;
}

function refuseLeft(device: DeviceRow): void {
  if (device.state === 'left-service')
    throw problem('conflict', `${device.asset_tag} has left service: put it back into service first.`);
}

/**
 * ICT says which device a laptop is. It is enrolled when it next asks: until then the device stays as it is, and where it
 * is enrolled by another way meanwhile, the approval is none. A device is one laptop: whichever was approved as it before
 * waits again. Gives the asset tag.
 */
export const approvePending = (caller: Caller, id: string, as: ApprovedAs, deps: PendingDeps): Promise<string> =>
  inTransaction(deps.db, async (tx) => {
    const act = actOf(caller, deps.clock.now());
    const { organisation, actor, at } = act;
    const row = await requireWaiting(tx, organisation, id, at);
    const tag = 'register' in as ? await registered(tx, caller, as.register, row, deps) : as.assetTag;
    const device = await lockedDevice(tx, organisation, tag);
    refuseLeft(device);
    const { id: own, generation, asset_tag: assetTag } = device;
    const insteadOf = await undoApprovalsAs(tx, organisation, own);
    const decided = { status: 'approved', decided_at: at, decided_by: actor, device: own, generation };
    await changePending(tx, row, decided);
    const about = { keyId: row.key_id, serialNumber: row.serial_number, why: row.why };
    const detail = { assetTag, generation, ...about, ...(insteadOf.length > 0 && { insteadOf }) };
    await recordAct(tx, { ...act, action: 'enrolment-approved', target: `pending-enrolment:${id}`, detail });
    return assetTag;
  });

/** ICT says no; the laptop is told why. */
export const refusePending = (caller: Caller, id: string, reason: string, deps: PendingDeps): Promise<void> =>
  inTransaction(deps.db, async (tx) => {
    const act = actOf(caller, deps.clock.now());
    const row = await requireWaiting(tx, act.organisation, id, act.at);
    await changePending(tx, row, { status: 'refused', decided_at: act.at, decided_by: act.actor, reason });
    const detail = { reason, serialNumber: row.serial_number, why: row.why };
    await recordAct(tx, { ...act, action: 'enrolment-refused', target: `pending-enrolment:${id}`, detail });
  });
