import type { ReleaseHash, Restriction, RestrictionKind } from '@beadle/shared';
import type { Insertable } from 'kysely';
import type { Tx } from '../../db/database.ts';
import type { DeviceOrderTable } from '../../db/schema-orders.ts';
import { problem } from '../../errors.ts';
import { isRestriction, MOST_IN_DOCUMENT, openOrders } from './document.ts';
import { lockedVersions, type OrderDeps, type Ordered, raiseVersion } from './raise.ts';

/** Who ordered it, and why. */
export interface Behind {
  readonly by: string;
  readonly reason: string;
  /** Its reference. */
  readonly breach: string | null;
  /** The id of the person whose access is withdrawn by it; null of what somebody orders by itself. */
  readonly withdrawnFrom: string | null;
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
  'organisation' | 'device' | 'ordered_by' | 'ordered_at' | 'reason' | 'breach' | 'withdrawn_from' | 'since_version'
>;

/** Those of `rows` that are not there already become part of the next version; whether there were any. */
async function add(
  tx: Tx,
  of: Ordered,
  { by, reason, breach, withdrawnFrom }: Behind,
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
  const why = { reason, breach, withdrawn_from: withdrawnFrom };
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
