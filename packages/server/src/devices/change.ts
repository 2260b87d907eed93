import type { Clock } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { type Act, recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { noteByHand } from '../db/hand-changes.ts';
import { lockDevice } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { requireVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import type { DeviceRow } from './read.ts';
import { changeDevice, deviceByTag, type DeviceChange, deviceVersion, registered } from './register.ts';
import { stateAt } from './state.ts';

export interface ChangeDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** Judges a device anew by what the register says now; in the transaction that changes it. */
  readonly judge: (tx: Tx, device: DeviceRow, now: number) => Promise<unknown>;
}

/** What was asked to change, and of it what stood and stands in the register. */
function differences(before: DeviceRow, after: DeviceRow, asked: object) {
  const changed = Object.keys(asked);
  const of = (device: DeviceRow) =>
    Object.fromEntries(Object.entries(registered(device)).filter(([name]) => changed.includes(name)));
  return { changed, before: of(before), after: of(after) };
}

/** As the columns of a file are called. */
export const columnOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Keeps who changed the register, when, and from what to what; what now differs is marked as changed by hand. */
async function noteChange(tx: Tx, act: Act, detail: ReturnType<typeof differences>): Promise<void> {
  const { organisation, at, actor: by, target } = act;
  await recordAct(tx, { ...act, detail });
  const marks = Object.entries(detail.after)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(detail.before[name]))
    .map(([name]) => ({ key: target.replace('device:', '').toLowerCase(), column: columnOf(name), by, at }));
  await noteByHand(tx, { organisation, register: 'devices' }, marks);
}

/** A device as it is until the transaction ends. Throws `device-unknown`. */
export async function lockedDevice(tx: Tx, organisation: string, assetTag: string): Promise<DeviceRow> {
  const found = await deviceByTag(tx, organisation, assetTag);
  if (found !== undefined) await lockDevice(tx, organisation, found.id);
  const device = await deviceByTag(tx, organisation, assetTag);
  if (device === undefined) throw problem('device-unknown', `There is no device ${assetTag}.`);
  return device;
}

/** `changeByPerson` in a transaction that is under way. */
export async function changeByPersonIn(
  tx: Tx,
  caller: Caller,
  assetTag: string,
  change: DeviceChange,
  { clock, judge }: Pick<ChangeDeps, 'clock' | 'judge'>,
): Promise<void> {
  const { organisation } = caller;
  const at = clock.now();
  const act = { organisation, at, actor: actorOf(caller), target: `device:${assetTag}` };
  const { version, state, quietUntil, stateReason, ...register } = change;
  const before = await lockedDevice(tx, organisation, assetTag);
  requireVersion(version, deviceVersion(before));
  await changeDevice(tx, organisation, before.id, change, at);
  const after = await deviceByTag(tx, organisation, assetTag);
  if (Object.keys(register).length > 0 || state === undefined)
    await noteChange(tx, { ...act, action: 'device-changed' }, differences(before, after ?? before, register));
  if (state !== undefined) {
    const detail = { from: stateAt(before, at).state, to: state, until: quietUntil ?? null, why: stateReason ?? null };
    await recordAct(tx, { ...act, action: 'device-state-changed', detail });
  }
  if (after !== undefined) await judge(tx, after, at);
}

/**
 * Changes what the register says of a device, with who, when, and from what to what, of a state also why, in the audit
 * log; a rule that hangs on it is judged anew at once. Throws `device-unknown`, `conflict` and `validation`.
 */
export const changeByPerson = (
  caller: Caller,
  assetTag: string,
  change: DeviceChange,
  deps: ChangeDeps,
): Promise<void> => inTransaction(deps.db, (tx) => changeByPersonIn(tx, caller, assetTag, change, deps));
