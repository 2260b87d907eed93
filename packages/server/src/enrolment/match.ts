import { named } from '@beadle/shared';
import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';

/** Why a laptop with a fleet key waits for ICT. */
export const WAITING_FOR = {
  'serial-unknown': 'No device with this serial number is registered',
  'serial-unusable': 'It tells no serial number that could be its own',
  'serial-shared': 'More than one device is registered with this serial number',
  'enrolled-already': 'The device with this serial number is enrolled already: it was re-imaged, or it is another',
  'key-ended': 'It is registered and was never enrolled, but the fleet key has been used up or has ended since',
  'left-service': 'The device with this serial number has left service',
} as const;
export type WaitingFor = keyof typeof WAITING_FOR;

/** The registered device that a laptop appears to be by its serial number. `seems`: the id of the one that it may be. */
export type Match =
  | { readonly kind: 'never-enrolled'; readonly device: DeviceRow }
  | { readonly kind: 'none'; readonly why: WaitingFor; readonly seems: string | null };

const none = (why: WaitingFor, seems: string | null = null): Match => ({ kind: 'none', why, seems });

/**
 * Pure: what the devices with a serial number say of a laptop that tells it. A serial number is a hint and no credential:
 * whoever has a fleet key can tell any. So it never leads to a device that has been enrolled.
 */
export function matchOf(devices: readonly DeviceRow[]): Match {
  const [device, ...more] = devices;
  if (device === undefined) return none('serial-unknown');
  if (more.length > 0) return none('serial-shared');
  if (device.state === 'left-service') return none('left-service', device.id);
  return device.generation > 0 ? none('enrolled-already', device.id) : { kind: 'never-enrolled', device };
}

/** By what a laptop tells; what makers leave in the field (`To be filled by O.E.M.`) is no serial number. */
export async function matchBySerial(tx: Tx, organisation: string, told: string | null): Promise<Match> {
  const serial = named(told);
  if (serial === null) return none('serial-unusable');
  const devices = await tx
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where(sql`lower(serial_number)`, '=', serial.toLowerCase())
    .limit(2)
    .execute();
  return matchOf(devices);
}
