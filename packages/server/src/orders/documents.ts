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
  | 'population'
  | 'groups'
  | 'document_serial'
  | 'document_hash'
>;

/** What a device's document says, in one hash: the policy, the register's words on it, and when it was made, roughly. */
function contentOf(device: Device, policy: StoredPolicy, now: number): string {
  const { asset_tag, serial_number, kind, population, groups } = device;
  const era = Math.floor(now / (HOLDS_FOR_MS / 2));
  return hash('sha256', JSON.stringify([policy.hash, asset_tag, serial_number, kind, population, groups, era]), 'hex');
}

function payloadOf(device: Device, policy: StoredPolicy, serial: number, now: number): PolicyForDevice {
  return {
    device: device.id,
    organisation: device.organisation,
    serial,
    issuedAt: iso(now),
    endsAt: iso(now + HOLDS_FOR_MS),
    register: {
      assetTag: device.asset_tag,
      serialNumber: device.serial_number,
      kind: device.kind as DeviceKind,
      population: device.population as Population | null,
      groups: JSON.parse(device.groups) as string[],
      sticks: null,
    },
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
  const content = contentOf(device, policy, now);
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
  return [signDocument(payloadOf(device, policy, serial, now), POLICY_TYPE, signer)];
}
