import type { Clock } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { lockDevice } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import type { DeviceRow } from './read.ts';
import { changeDevice, deviceByTag, type DeviceChange } from './register.ts';
import { stateAt } from './state.ts';

export interface ChangeDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** Judges a device anew by what the register says now; in the transaction that changes it. */
  readonly judge: (tx: Tx, device: DeviceRow, now: number) => Promise<unknown>;
}

/**
 * Changes what the register says of a device, with who, when and, of a state, from what to what and why, in the audit
 * log; a rule that hangs on it is judged anew at once. Throws `device-unknown` and `validation`.
 */
export async function changeByPerson(
  caller: Caller,
  assetTag: string,
  change: DeviceChange,
  { db, clock, judge }: ChangeDeps,
): Promise<void> {
  const { organisation } = caller;
  const at = clock.now();
  const act = { organisation, at, actor: actorOf(caller), target: `device:${assetTag}` };
  const { state, quietUntil, stateReason, ...register } = change;
  await inTransaction(db, async (tx) => {
    const before = await deviceByTag(tx, organisation, assetTag);
    if (before === undefined) throw problem('device-unknown', `There is no device ${assetTag}.`);
    await lockDevice(tx, organisation, before.id);
    await changeDevice(tx, organisation, before.id, change, at);
    const changed = Object.keys(register);
    if (changed.length > 0 || state === undefined)
      await recordAct(tx, { ...act, action: 'device-changed', detail: { changed } });
    if (state !== undefined) {
      const detail = {
        from: stateAt(before, at).state,
        to: state,
        until: quietUntil ?? null,
        why: stateReason ?? null,
      };
      await recordAct(tx, { ...act, action: 'device-state-changed', detail });
    }
    const after = await deviceByTag(tx, organisation, assetTag);
    if (after !== undefined) await judge(tx, after, at);
  });
}
