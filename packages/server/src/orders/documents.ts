import { hash } from 'node:crypto';
import {
  type DeviceKind,
  iso,
  POLICY_TYPE,
  type PolicyForDevice,
  type Population,
  signDocument,
  type Signer,
} from '@beadle/shared';
import type { Selectable } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { DeviceTable } from '../db/schema.ts';
import type { StoredPolicy } from '../policies/store.ts';
import { type Registered, registeredIn } from './registered.ts';

const DAY_MS = 86_400_000;
/** A document holds this long; half-way to its end a device that checks in is given a new one. */
const HOLDS_FOR_MS = 400 * DAY_MS;

type Device = Pick<
  Selectable<DeviceTable>,
  | 'id'
  | 'organisation'
  | 'asset_tag'
  | 'serial_number'
  | 'kind'
  | 'holder'
  | 'population'
  | 'groups'
  | 'document_serial'
  | 'document_hash'
>;

/** What the register says of the device; what it does not say of whom the device is for, its holder's record does. */
function registerOf(device: Device, { sticks, printers, holderOf }: Registered): PolicyForDevice['register'] {
  const groups = JSON.parse(device.groups) as string[];
  const holder = device.holder === null ? undefined : holderOf(device.holder);
  return {
    assetTag: device.asset_tag,
    serialNumber: device.serial_number,
    kind: device.kind as DeviceKind,
    population: (device.population ?? holder?.population ?? null) as Population | null,
    groups: groups.length > 0 ? groups : [...(holder?.groups ?? [])],
    sticks,
    ...(printers.length === 0 ? {} : { printers: [...printers] }),
  };
}

/** What a device's document says, in one hash: the policy, the registers' words on it, and when it was made, roughly. */
function contentOf(register: PolicyForDevice['register'], registered: Registered, policy: StoredPolicy, now: number) {
  const { assetTag, serialNumber, kind, population, groups } = register;
  const era = Math.floor(now / (HOLDS_FOR_MS / 2));
  const own = [policy.hash, assetTag, serialNumber, kind, population, JSON.stringify(groups), era];
  return hash('sha256', JSON.stringify(registered.hash === null ? own : [...own, registered.hash]), 'hex');
}

function payloadOf(
  device: Device,
  register: PolicyForDevice['register'],
  policy: StoredPolicy,
  { serial, now }: { readonly serial: number; readonly now: number },
): PolicyForDevice {
  return {
    device: device.id,
    organisation: device.organisation,
    serial,
    issuedAt: iso(now),
    endsAt: iso(now + HOLDS_FOR_MS),
    register,
    policy: policy.document,
  };
}

export interface IssueDeps {
  readonly signer: Signer;
  readonly now: number;
}

/**
 * The policy as it concerns this device, signed and bound to it, a rising serial and an end (invariant 5); none where
 * the one that it has, by the serial `has`, says the same. A device that is ahead has its document from a server that
 * was put back from an older copy since: it is overtaken, for it takes nothing older than what it has.
 */
export async function issuePolicy(
  tx: Tx,
  device: Device,
  policy: StoredPolicy,
  has: number,
  { signer, now }: IssueDeps,
): Promise<readonly string[]> {
  const registered = await registeredIn(tx, device.organisation);
  const register = registerOf(device, registered);
  const content = contentOf(register, registered, policy, now);
  const isSame = content === device.document_hash;
  if (isSame && has === device.document_serial) return [];
  const serial =
    isSame && has < device.document_serial ? device.document_serial : Math.max(has, device.document_serial) + 1;
  await tx
    .updateTable('devices')
    .set({ document_serial: serial, document_hash: content })
    .where('organisation', '=', device.organisation)
    .where('id', '=', device.id)
    .execute();
  return [signDocument(payloadOf(device, register, policy, { serial, now }), POLICY_TYPE, signer)];
}
