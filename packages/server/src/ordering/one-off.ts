import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { inTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { type NewOneOff, sendOneOff } from '../orders/desired-state/change.ts';
import { actOf, enrolledDevice, momentOf, type OrderingDeps, placeOf } from './act.ts';
import type { NewMessage } from './schema.ts';

const DAY_MS = 86_400_000;
/** A message that nobody has seen by then says nothing to anybody; what is sent again for that long is what is so by then. */
const FOR_MS = 7 * DAY_MS;

interface Once {
  readonly action: string;
  readonly reason: string;
  readonly make: (id: string) => NewOneOff;
}

/** Has the device do something once, on record. Gives the order's id. */
async function sendByPerson(caller: Caller, assetTag: string, { action, reason, make }: Once, deps: OrderingDeps) {
  const now = deps.clock.now();
  const id = newId(now, deps.random);
  await inTransaction(deps.db, async (tx) => {
    const device = await enrolledDevice(tx, caller.organisation, assetTag);
    const behind = { by: actorOf(caller), reason, breach: null, withdrawnFrom: null };
    await sendOneOff(tx, placeOf(device), behind, make(id), { now, announce: deps.announce });
    await recordAct(tx, { ...actOf(caller, now, action, device.asset_tag), detail: { order: id, reason } });
  });
  return id;
}

/** A person says something to whoever is at the device. */
export async function messageByPerson(
  caller: Caller,
  assetTag: string,
  { text, until, reason }: NewMessage,
  deps: OrderingDeps,
): Promise<string> {
  const now = deps.clock.now();
  const end = momentOf(until ?? null, now) ?? now + FOR_MS;
  const make = (id: string) => ({ id, kind: 'message', until: end, text }) as const;
  return sendByPerson(caller, assetTag, { action: 'device-messaged', reason, make }, deps);
}

/** A person has the device send again how it stands by each rule: findings, and nothing else of what is on it. */
export function resendByPerson(caller: Caller, assetTag: string, reason: string, deps: OrderingDeps): Promise<string> {
  const until = deps.clock.now() + FOR_MS;
  const make = (id: string) => ({ id, kind: 'resend', until }) as const;
  return sendByPerson(caller, assetTag, { action: 'device-asked-again', reason, make }, deps);
}
