import type { Clock, Random } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { noBreach } from '../breaches/life/act.ts';
import { readBreach } from '../breaches/read.ts';
import { appendEvent, type BreachEvent } from '../breaches/events.ts';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { lockedDevice } from '../devices/change.ts';
import type { DeviceRow } from '../devices/read.ts';
import { deviceByTag } from '../devices/register.ts';
import { problem } from '../errors.ts';
import { heldAsExhibit } from '../exhibits/hold.ts';
import type { Announce } from '../orders/desired-state/announce.ts';
import { liftRestrictions, orderRestrictions } from '../orders/desired-state/change.ts';
import { type CodeKeys, codeOf } from '../orders/desired-state/codes.ts';
import { isRestriction, type OrderRow } from '../orders/desired-state/document.ts';
import { orderOf } from '../orders/desired-state/read.ts';
import type { Releases } from '../orders/desired-state/releases.ts';
import { ownDevice } from '../people/own-devices.ts';
import type { NewOrder } from './schema.ts';

export interface OrderingDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: CodeKeys;
  readonly announce: Announce;
  readonly releases: Pick<Releases, 'take'>;
}

/** What is kept as evidence is changed by no order before the officer has agreed (clause 4.7). */
export async function refuseExhibit(tx: Tx, { organisation, id, asset_tag: tag }: DeviceRow): Promise<void> {
  const ref = await heldAsExhibit(tx, organisation, id);
  if (ref !== null) throw problem('conflict', `${tag} is held as the exhibit ${ref}: orders wait for the officer.`);
}

/** Where an agent may run: a device that was never enrolled hears of nothing. */
export async function enrolledDevice(tx: Tx, organisation: string, assetTag: string): Promise<DeviceRow> {
  const device = await lockedDevice(tx, organisation, assetTag);
  if (device.generation === 0)
    throw problem('conflict', `${assetTag} has never been enrolled: no agent on it would hear of an order.`);
  if (device.key_revoked_at !== null || device.state === 'left-service')
    throw problem('conflict', `${assetTag} has no valid key: it would hear of no order.`);
  await refuseExhibit(tx, device);
  return device;
}

export const placeOf = ({ organisation, id }: DeviceRow) => ({ organisation, device: id });

/** Nobody frees the device that they hold themselves: somebody else of ICT does. */
export async function refuseOwn({ db }: Pick<OrderingDeps, 'db'>, caller: Caller, assetTag: string): Promise<void> {
  if ((await ownDevice(db, caller, assetTag)) !== undefined)
    throw problem('not-permitted', 'You hold this device yourself: somebody else of ICT must do this.');
}

/** Milliseconds since the epoch. Throws `validation` where that is not in the future. */
export function momentOf(until: string | null, now: number): number | null {
  if (until === null) return null;
  const at = Date.parse(until);
  if (at <= now)
    throw problem('validation', 'It must end in the future.', [
      { field: 'body.until', expected: 'a time in the future' },
    ]);
  return at;
}

/** What would be refused in any case is refused before the slow hash. */
async function requireDevice({ db }: OrderingDeps, { organisation }: Caller, assetTag: string): Promise<void> {
  if ((await deviceByTag(db, organisation, assetTag)) === undefined)
    throw problem('device-unknown', `There is no device ${assetTag}.`);
}

async function requireBreach({ db }: OrderingDeps, caller: Caller, ref: string | null): Promise<void> {
  if (ref !== null && (await readBreach(db, caller, ref)) === undefined) throw noBreach(ref);
}

/** Puts an act onto the timeline of the breach that it is about, whoever may see that. */
async function noteOnBreach(tx: Tx, organisation: string, ref: string | null, event: BreachEvent): Promise<void> {
  if (ref === null) return;
  const of = tx.selectFrom('breaches').select(['organisation', 'id']);
  const breach = await of.where('organisation', '=', organisation).where('ref', '=', ref).executeTakeFirst();
  if (breach !== undefined) await appendEvent(tx, breach, event);
}

export const actOf = (caller: Caller, at: number, action: string, assetTag: string) => ({
  organisation: caller.organisation,
  at,
  actor: actorOf(caller),
  action,
  target: `device:${assetTag}`,
});

/** A person restricts a device. Gives the order's id. Throws `device-unknown`, `breach-unknown`, `conflict` and `validation`. */
export async function orderByPerson(
  caller: Caller,
  assetTag: string,
  order: NewOrder,
  deps: OrderingDeps,
): Promise<string> {
  const now = deps.clock.now();
  const { kind, reason, notice, telephone, allow } = order;
  const until = momentOf(order.until, now);
  const breach = order.breach ?? null;
  if (allow !== undefined && kind !== 'isolate')
    throw problem('validation', 'allow goes with isolate only.', [{ field: 'body.allow', expected: 'nothing' }]);
  await requireDevice(deps, caller, assetTag);
  await requireBreach(deps, caller, breach);
  const made = await deps.releases.take();
  const id = made.act;
  const restriction = { id, kind, until, notice, telephone, ...made, ...(allow === undefined ? {} : { allow }) };
  await inTransaction(deps.db, async (tx) => {
    const device = await enrolledDevice(tx, caller.organisation, assetTag);
    const behind = { by: actorOf(caller), reason, breach, withdrawnFrom: null };
    await orderRestrictions(tx, placeOf(device), behind, [restriction], { now, announce: deps.announce });
    const detail = { order: id, kind, until: order.until, breach, reason };
    await recordAct(tx, { ...actOf(caller, now, 'device-ordered', device.asset_tag), detail });
    const told = { device: device.asset_tag, kind, until };
    const event = { at: now, actor: actorOf(caller), type: 'device-ordered', detail: told };
    await noteOnBreach(tx, caller.organisation, breach, event);
  });
  return id;
}

const unknown = () => problem('order-unknown', 'This device has no such order.');

async function restrictionOf(tx: Tx, device: DeviceRow, id: string): Promise<OrderRow> {
  const order = await orderOf(tx, placeOf(device), id);
  if (order === undefined || !isRestriction(order.kind)) throw unknown();
  return order;
}

/** A person lifts a restriction. One that is lifted already, or that a withdrawal is to give back, is a `conflict`. */
export async function liftByPerson(
  caller: Caller,
  assetTag: string,
  id: string,
  reason: string,
  deps: OrderingDeps,
): Promise<void> {
  const now = deps.clock.now();
  await refuseOwn(deps, caller, assetTag);
  await inTransaction(deps.db, async (tx) => {
    const device = await lockedDevice(tx, caller.organisation, assetTag);
    await refuseExhibit(tx, device);
    const order = await restrictionOf(tx, device, id);
    if (order.lifted_at !== null) throw problem('conflict', 'This order has been lifted already.');
    if (order.withdrawn_from !== null)
      throw problem('conflict', 'This order is part of a withdrawal of access: restore that.');
    const by = { by: actorOf(caller), reason };
    await liftRestrictions(tx, placeOf(device), [id], by, { now, announce: deps.announce });
    const detail = { order: id, kind: order.kind, reason };
    await recordAct(tx, { ...actOf(caller, now, 'device-order-lifted', device.asset_tag), detail });
    const told = { device: device.asset_tag, kind: order.kind };
    const event = { at: now, actor: actorOf(caller), type: 'device-order-lifted', detail: told };
    await noteOnBreach(tx, caller.organisation, order.breach, event);
  });
}

/** A person reads the code out to whoever is at the device; that they did, and why, is on record before they have it. */
export async function readCode(
  caller: Caller,
  assetTag: string,
  id: string,
  reason: string,
  deps: OrderingDeps,
): Promise<string> {
  const now = deps.clock.now();
  await refuseOwn(deps, caller, assetTag);
  return inTransaction(deps.db, async (tx) => {
    const device = await lockedDevice(tx, caller.organisation, assetTag);
    const { act, hash, kind } = await restrictionOf(tx, device, id);
    if (act === null || hash === null) throw problem('conflict', 'This order can be ended by no code.');
    const detail = { order: id, kind, reason };
    await recordAct(tx, { ...actOf(caller, now, 'release-code-read', device.asset_tag), detail });
    return codeOf(act, deps.keys);
  });
}
