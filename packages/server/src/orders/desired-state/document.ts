import {
  DESIRED_STATE_TYPE,
  type DesiredState,
  type OneOff,
  type Restriction,
  RESTRICTIONS,
  type RestrictionKind,
  signDocument,
  type Signer,
  iso,
  isoOrNull,
} from '@beadle/shared';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../db/database.ts';
import type { DeviceOrderTable } from '../../db/schema-orders.ts';

export type OrderRow = Selectable<DeviceOrderTable>;

/** Of each kind (`DesiredState`). */
export const MOST_IN_DOCUMENT = 50;

export const isRestriction = (kind: string): kind is RestrictionKind =>
  (RESTRICTIONS as readonly string[]).includes(kind);

function restrictionOf(row: OrderRow): Restriction {
  const { id, until, notice, telephone, allow, salt, hash } = row;
  return {
    id,
    kind: row.kind as RestrictionKind,
    until: isoOrNull(until),
    notice,
    telephone,
    ...(allow === null ? {} : { allow: JSON.parse(allow) as NonNullable<Restriction['allow']> }),
    release: salt === null || hash === null ? null : { salt, hash },
  };
}

function oneOffOf({ id, kind, until, text }: OrderRow): OneOff {
  const own = { id, until: iso(until ?? 0) };
  return kind === 'message' ? { ...own, kind, text: text ?? '' } : { ...own, kind: 'resend' };
}

interface Stated {
  readonly id: string;
  readonly desired_version: number;
  readonly desired_at: number | null;
  readonly paused_since: number | null;
  readonly paused_until: number | null;
  readonly paused_version: number | null;
}

/** Not what was ordered while the device was paused: that waits for the pause to end. */
const isTold = (device: Pick<Stated, 'paused_version'>, { since_version: since }: OrderRow): boolean =>
  device.paused_version === null || since <= device.paused_version;

/** Pure: what a device is to hold to; `open` are those that are to be in its document, in the order in which they came. */
export function desiredState(device: Stated, open: readonly OrderRow[]): DesiredState {
  const rows = open.filter((row) => isTold(device, row));
  const restrictions = rows.filter(({ kind }) => isRestriction(kind));
  const oneOffs = rows.filter(({ kind }) => !isRestriction(kind));
  const { paused_since: since, paused_until: until } = device;
  return {
    device: device.id,
    version: device.desired_version,
    issuedAt: iso(device.desired_at ?? 0),
    restrictions: restrictions.slice(-MOST_IN_DOCUMENT).map(restrictionOf),
    oneOffs: oneOffs.slice(-MOST_IN_DOCUMENT).map(oneOffOf),
    ...(since === null || until === null ? {} : { paused: { since: iso(since), until: iso(until) } }),
  };
}

/** What is in a device's document now. */
export const openOrders = (db: Db | Tx, organisation: string, device: string): Promise<OrderRow[]> =>
  db
    .selectFrom('device_orders')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('dropped_version', 'is', null)
    .orderBy('since_version')
    .orderBy('id')
    .execute();

export interface Current {
  readonly version: number;
  /** Of the device; a document is for whoever holds its newest key. */
  readonly generation: number;
  /** That key is worth nothing any more. */
  readonly isRevoked: boolean;
  /** Signed, and bound to the device; undefined where nothing was ever ordered of it. */
  readonly document: string | undefined;
}

type Device = Stated & { readonly organisation: string; readonly generation: number };

export async function documentOf(db: Db | Tx, device: Device, signer: Signer): Promise<string | undefined> {
  if (device.desired_version === 0) return undefined;
  const rows = await openOrders(db, device.organisation, device.id);
  return signDocument(desiredState(device, rows), DESIRED_STATE_TYPE, signer);
}

/** The document of a check-in: none where the device says that it holds this version. */
export async function documentDue(
  tx: Tx,
  device: Device & { readonly desired_held: number },
  signer: Signer,
): Promise<readonly string[]> {
  if (device.desired_held === device.desired_version) return [];
  const document = await documentOf(tx, device, signer);
  return document === undefined ? [] : [document];
}

/** A device's document as it is now, in one look at the database; undefined where there is no such device. */
export const currentDocument = (
  db: Db,
  { organisation, id }: { readonly organisation: string; readonly id: string },
  signer: Signer,
): Promise<Current | undefined> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const device = await tx
        .selectFrom('devices')
        .select(['organisation', 'id', 'generation', 'desired_version', 'desired_at', 'key_revoked_at', 'state'])
        .select(['paused_since', 'paused_until', 'paused_version'])
        .where('organisation', '=', organisation)
        .where('id', '=', id)
        .executeTakeFirst();
      if (device === undefined) return undefined;
      const { desired_version: version, generation } = device;
      const isRevoked = device.key_revoked_at !== null || device.state === 'left-service';
      return { version, generation, isRevoked, document: await documentOf(tx, device, signer) };
    });
