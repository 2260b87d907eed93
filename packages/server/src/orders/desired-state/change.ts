import type { ReleaseHash, Restriction, RestrictionKind } from '@beadle/shared';
import type { Insertable } from 'kysely';
import type { Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import type { DeviceOrderTable } from '../../db/schema-orders.ts';
import { problem } from '../../errors.ts';
import type { Announce } from './announce.ts';
import { isRestriction, MOST_IN_DOCUMENT, openOrders } from './document.ts';
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
async function lockedVersions(tx: Tx, { organisation, device }: Ordered) {
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

/** Gives the device's desired state its next version, and tells of it; gives the version. Nothing else may change one. */
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
  await announce(tx, of);
  return version;
}

/** Who ordered it, and why. */
export interface Behind {
  readonly by: string;
  readonly reason: string;
  /** References. */
  readonly breach: string | null;
  readonly withdrawal: string | null;
}

export interface NewRestriction {
  readonly id: string;
  readonly kind: RestrictionKind;
  /** Milliseconds since the epoch; null: only lifting ends it. */
  readonly until: number | null;
  readonly notice: string | null;
  readonly telephone: string | null;
  readonly allow?: Restriction['allow'];
  /** Of `makeRelease`, before the transaction; null where nothing but lifting is to end it. */
  readonly act: string | null;
  readonly release: ReleaseHash | null;
}

export type NewOneOff =
  | { readonly id: string; readonly kind: 'message'; readonly until: number; readonly text: string }
  | { readonly id: string; readonly kind: 'resend'; readonly until: number };

const NOTHING = {
  act: null,
  notice: null,
  telephone: null,
  allow: null,
  text: null,
  salt: null,
  hash: null,
} as const;

type Own = Omit<
  Insertable<DeviceOrderTable>,
  'organisation' | 'device' | 'ordered_by' | 'ordered_at' | 'reason' | 'breach' | 'withdrawal' | 'since_version'
>;

/** Those of `rows` that are not there already become part of the next version; whether there were any. */
async function add(
  tx: Tx,
  of: Ordered,
  { by, ...why }: Behind,
  rows: readonly Own[],
  deps: OrderDeps,
): Promise<boolean> {
  await lockedVersions(tx, of);
  const known = await tx
    .selectFrom('device_orders')
    .select('id')
    .where('organisation', '=', of.organisation)
    .where('device', '=', of.device)
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute();
  const added = rows.filter(({ id }) => !known.some((row) => row.id === id));
  if (added.length === 0) return false;
  await refuseTooMany(tx, of, added, deps.now);
  const since_version = await raiseVersion(tx, of, deps);
  const ordered = { ...of, ...why, ordered_by: by, ordered_at: deps.now, since_version };
  await tx
    .insertInto('device_orders')
    .values(added.map((row) => ({ ...row, ...ordered })))
    .execute();
  return true;
}

async function refuseTooMany(tx: Tx, of: Ordered, added: readonly Own[], now: number): Promise<void> {
  const open = await openOrders(tx, of.organisation, of.device);
  const living = [...open.filter(({ until }) => until === null || until > now), ...added];
  const restrictions = living.filter(({ kind }) => isRestriction(kind)).length;
  if (Math.max(restrictions, living.length - restrictions) > MOST_IN_DOCUMENT)
    throw problem('conflict', `A device takes ${MOST_IN_DOCUMENT} restrictions, and as many messages, at a time.`);
}

/**
 * Restricts a device, from its next version on. Those that were ordered under these ids before are left as they are, so
 * that it may be called again. False where all were there already.
 */
export const orderRestrictions = (
  tx: Tx,
  of: Ordered,
  behind: Behind,
  restrictions: readonly NewRestriction[],
  deps: OrderDeps,
): Promise<boolean> =>
  add(
    tx,
    of,
    behind,
    restrictions.map(({ release, allow, ...row }) => ({
      ...NOTHING,
      ...row,
      allow: allow === undefined ? null : JSON.stringify(allow),
      salt: release?.salt ?? null,
      hash: release?.hash ?? null,
    })),
    deps,
  );

/** Has the device do something once. May be called again with the same id. */
export const sendOneOff = (tx: Tx, of: Ordered, behind: Behind, oneOff: NewOneOff, deps: OrderDeps): Promise<boolean> =>
  add(tx, of, behind, [{ ...NOTHING, ...oneOff }], deps);

/**
 * Lifts those of these orders that are not lifted yet; gives their ids. That it never expires, and what the device was
 * away for, is the version's to see to.
 */
export async function liftRestrictions(
  tx: Tx,
  of: Ordered,
  ids: readonly string[],
  { by, reason }: Pick<Behind, 'by' | 'reason'>,
  deps: OrderDeps,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  await lockedVersions(tx, of);
  const lifted = await tx
    .selectFrom('device_orders')
    .select('id')
    .where('organisation', '=', of.organisation)
    .where('device', '=', of.device)
    .where('id', 'in', [...ids])
    .where('lifted_at', 'is', null)
    .execute();
  if (lifted.length === 0) return [];
  const version = await raiseVersion(tx, of, deps);
  const found = lifted.map(({ id }) => id);
  await tx
    .updateTable('device_orders')
    .set((eb) => ({
      lifted_at: deps.now,
      lifted_by: by,
      lift_reason: reason,
      dropped_version: eb.fn.coalesce('dropped_version', eb.val(version)),
    }))
    .where('organisation', '=', of.organisation)
    .where('device', '=', of.device)
    .where('id', 'in', found)
    .execute();
  return found;
}
