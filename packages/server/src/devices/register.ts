import { DEVICE_KINDS, POPULATIONS, type Random } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Db, Tx } from '../db/database.ts';
import { entryVersion, WithVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import type { DeviceRow } from './read.ts';
import { newId } from '../ids.ts';
import { StateChange, stateColumns } from './state.ts';

const closed = { additionalProperties: false } as const;
/** One line of text that a person typed, without control characters. */
export const Line = (maximum: number, description: string) =>
  Type.String({ minLength: 1, maxLength: maximum, pattern: '^[^\\u0000-\\u001f\\u007f]+$', description });
const orNone = <T extends ReturnType<typeof Type.String>>(type: T) => Type.Union([type, Type.Null()]);

/** An asset tag stands in addresses and file names: letters, digits and a few marks. */
export const AssetTag = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$',
  description: 'an asset tag of letters, digits, dots, hyphens and underscores',
});

export const Holder = orNone(Line(200, 'who holds the device: an account, an address or a name'));

const fields = {
  serialNumber: Type.Optional(orNone(Line(120, 'a serial number'))),
  kind: Type.Optional(Type.Enum([...DEVICE_KINDS], { description: `one of ${DEVICE_KINDS.join(', ')}` })),
  holder: Type.Optional(Holder),
  population: Type.Optional(
    Type.Union([Type.Enum([...POPULATIONS]), Type.Null()], { description: `one of ${POPULATIONS.join(', ')}` }),
  ),
  groups: Type.Optional(Type.Array(Line(200, 'a group'), { maxItems: 100, description: 'a list of groups' })),
};

export const NewDevice = Type.Object({ assetTag: AssetTag, ...fields }, closed);
export type NewDevice = Static<typeof NewDevice>;

export const DeviceChange = Type.Object({ ...fields, ...StateChange, ...WithVersion }, closed);
export type DeviceChange = Static<typeof DeviceChange>;

/** What the register says of a device, by the names that a change has. */
export const registered = (
  device: Pick<DeviceRow, 'serial_number' | 'kind' | 'holder' | 'population' | 'groups'>,
): Record<'serialNumber' | 'kind' | 'holder' | 'population' | 'groups', unknown> => ({
  serialNumber: device.serial_number,
  kind: device.kind,
  holder: device.holder,
  population: device.population,
  groups: JSON.parse(device.groups) as unknown,
});

export const deviceVersion = (device: Parameters<typeof registered>[0]): string => entryVersion(registered(device));

/** Puts a device into the register. Throws `asset-tag-taken`. Gives the id that chain and documents are bound to. */
export async function registerDevice(
  tx: Tx,
  organisation: string,
  device: NewDevice,
  { at, random }: { readonly at: number; readonly random: Random },
): Promise<string> {
  const taken = await deviceByTag(tx, organisation, device.assetTag);
  if (taken !== undefined) throw problem('asset-tag-taken', `${device.assetTag} is in the register already.`);
  const id = newId(at, random);
  await tx
    .insertInto('devices')
    .values({
      organisation,
      id,
      asset_tag: device.assetTag,
      serial_number: device.serialNumber ?? null,
      kind: device.kind ?? 'laptop',
      holder: device.holder ?? null,
      population: device.population ?? null,
      groups: JSON.stringify(device.groups ?? []),
      generation: 0,
      created_at: at,
      last_contact_at: null,
      agent_version: null,
      platform: null,
      release: null,
      policy_serial: 0,
      on_council_network: null,
      clock_skew_ms: null,
      outbox_pending: null,
      outbox_dropped: null,
      document_serial: 0,
      document_hash: null,
    })
    .execute();
  return id;
}

/** One that had left service and is put back must be enrolled again: its key before is worth nothing. */
async function endKeyOfLeft(tx: Tx, organisation: string, id: string, now: number): Promise<void> {
  await tx
    .updateTable('devices')
    .set((row) => ({ key_revoked_at: row.fn.coalesce('key_revoked_at', row.val(now)) }))
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('state', '=', 'left-service')
    .where('generation', '>', 0)
    .execute();
}

/**
 * Changes what the register says; what is left out stays. At its next check-in the device is given its documents anew.
 * Throws `validation`.
 */
export async function changeDevice(
  tx: Tx,
  organisation: string,
  id: string,
  change: DeviceChange,
  now: number,
): Promise<void> {
  const { serialNumber, kind, holder, population, groups } = change;
  const columns = {
    ...(serialNumber === undefined ? {} : { serial_number: serialNumber }),
    ...(kind === undefined ? {} : { kind }),
    ...(holder === undefined ? {} : { holder }),
    ...(population === undefined ? {} : { population }),
    ...(groups === undefined ? {} : { groups: JSON.stringify(groups) }),
    ...stateColumns(change, now),
  };
  if (Object.keys(columns).length === 0) return;
  if (change.state !== undefined) await endKeyOfLeft(tx, organisation, id, now);
  await tx.updateTable('devices').set(columns).where('organisation', '=', organisation).where('id', '=', id).execute();
}

export const deviceByTag = (db: Db | Tx, organisation: string, assetTag: string) =>
  db
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('asset_tag', '=', assetTag)
    .executeTakeFirst();
