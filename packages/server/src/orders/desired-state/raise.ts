import type { Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import type { Announce } from './announce.ts';
import { isRestriction, openOrders } from './document.ts';
import { nextVersion } from './version.ts';

export interface Ordered {
  readonly organisation: string;
  /** The device's own id. */
  readonly device: string;
}

export interface OrderDeps {
  readonly now: number;
  /** Tells whoever has the device connected, once the transaction is there. */
  readonly announce: Announce;
}

const DAY_MS = 86_400_000;
/** A device that is away for longer need not be told of what it could not do in time. */
const PASSED_FOR_MS = 30 * DAY_MS;

/** The device's row stays locked: versions rise one after the other, and nothing that the device sends comes between. */
export async function lockedVersions(tx: Tx, { organisation, device }: Ordered) {
  const query = tx
    .selectFrom('devices')
    .select(['desired_version as version', 'desired_held as held', 'generation'])
    .where('organisation', '=', organisation)
    .where('id', '=', device);
  return locking(tx, query).executeTakeFirstOrThrow();
}

/** Out of the document goes what has lapsed: a restriction at once, for the device ends it by itself. */
async function dropPassed(tx: Tx, { organisation, device }: Ordered, version: number, now: number): Promise<void> {
  const passed = (await openOrders(tx, organisation, device))
    .filter(({ kind, until }) => until !== null && until + (isRestriction(kind) ? 0 : PASSED_FOR_MS) <= now)
    .map(({ id }) => id);
  if (passed.length === 0) return;
  await tx
    .updateTable('device_orders')
    .set({ dropped_version: version })
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('id', 'in', passed)
    .execute();
}

/**
 * Gives the device's desired state its next version, without what has lapsed of it, and tells of it; gives the version.
 * Nothing else may change one.
 */
export async function raiseVersion(tx: Tx, of: Ordered, { now, announce }: OrderDeps, held?: number): Promise<number> {
  const before = await lockedVersions(tx, of);
  const version = nextVersion({ version: before.version, held: Math.max(before.held, held ?? 0), now });
  await dropPassed(tx, of, version, now);
  await tx
    .updateTable('devices')
    .set({ desired_version: version, desired_at: now })
    .where('organisation', '=', of.organisation)
    .where('id', '=', of.device)
    .execute();
  await tx
    .updateTable('devices')
    .set({ paused_since: null, paused_until: null, paused_version: null })
    .where('organisation', '=', of.organisation)
    .where('id', '=', of.device)
    .where('paused_until', '<=', now)
    .execute();
  await announce(tx, of);
  return version;
}
