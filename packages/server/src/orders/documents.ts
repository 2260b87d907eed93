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
import type { DeviceTable } from '../db/schema.ts';
import type { StoredPolicy } from '../policies/store.ts';

const DAY_MS = 86_400_000;
/** A document holds this long; half-way to it a device that checks in is given a new one. */
const HOLDS_FOR_MS = 400 * DAY_MS;

type Device = Pick<
  Selectable<DeviceTable>,
  'id' | 'organisation' | 'asset_tag' | 'serial_number' | 'kind' | 'population' | 'groups' | 'register_version'
>;

/** Rises with the policy, with what the register says of the device, and when the last document grows old. */
export const documentSerial = (
  policy: Pick<StoredPolicy, 'serial'>,
  device: Pick<Device, 'register_version'>,
  now: number,
): number => policy.serial + device.register_version + Math.floor(now / (HOLDS_FOR_MS / 2));

/** The policy as it concerns this device, signed and bound to it, a serial and an end (invariant 5). */
export function policyDocumentFor(device: Device, policy: StoredPolicy, signer: Signer, now: number): string {
  const payload: PolicyForDevice = {
    device: device.id,
    organisation: device.organisation,
    serial: documentSerial(policy, device, now),
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
  return signDocument(payload, POLICY_TYPE, signer);
}
