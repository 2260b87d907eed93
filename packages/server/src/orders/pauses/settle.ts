import type { Tx } from '../../db/database.ts';
import type { DeviceRow } from '../../devices/read.ts';
import { lockedVersions, type OrderDeps, raiseVersion } from '../desired-state/raise.ts';
import { isPaused, type Pausable, type PauseRow, pausedBy, pausesHolding } from './pauses.ts';

type Told = Pick<
  DeviceRow,
  'desired_version' | 'desired_at' | 'paused_since' | 'paused_until' | 'paused_version' | 'generation' | 'state'
>;
type Device = Pausable & { readonly organisation: string } & Told;

const TOLD = [
  'desired_version',
  'desired_at',
  'paused_since',
  'paused_until',
  'paused_version',
  'generation',
  'state',
] as const;

const differs = (device: Told, due: ReturnType<typeof pausedBy>): boolean =>
  (due?.since ?? null) !== device.paused_since || (due?.until ?? null) !== device.paused_until;

/**
 * Has a device's desired state say what the pauses that hold say, as `device` is held now (`asHeld`): the one place where
 * that is written. `pauses` are those that held a moment ago; where they make a difference it is looked again. Undefined
 * where it says so already; else the device's row stays locked, and what of it is another now is given. A device that was
 * never enrolled, or has left service, is told nothing.
 */
export async function settlePause(
  tx: Tx,
  device: Device,
  pauses: readonly PauseRow[],
  deps: OrderDeps,
): Promise<Told | undefined> {
  if (device.generation === 0 || device.state === 'left-service') return undefined;
  if (!differs(device, pausedBy(device, pauses))) return undefined;
  const { organisation, id } = device;
  const of = { organisation, device: id };
  await lockedVersions(tx, of);
  const row = () =>
    tx
      .selectFrom('devices')
      .select(TOLD)
      .where('organisation', '=', organisation)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  const before = await row();
  const due = pausedBy(device, await pausesHolding(tx, organisation, deps.now));
  if (!differs(before, due)) return before;
  const version = await raiseVersion(tx, of, deps);
  const since = isPaused(before, deps.now) ? before.paused_version : version;
  await tx
    .updateTable('devices')
    .set({
      paused_since: due?.since ?? null,
      paused_until: due?.until ?? null,
      paused_version: due === undefined ? null : since,
    })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .execute();
  return row();
}
