import { typedKey } from '@beadle/shared';
import { sql } from 'kysely';
import type { Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import { heldBy, selfOf } from './holder.ts';
import { type DeviceView, readDevice } from '../devices/read.ts';

/** Nobody holds more; the register may still say so. */
const MOST = 20;

/** The devices that are in the name of somebody whom the register of people does not have. */
async function heldByName(db: Db, organisation: string, name: string): Promise<string[]> {
  const rows = await db
    .selectFrom('devices')
    .select('asset_tag')
    .where('organisation', '=', organisation)
    .where((eb) => eb.or([eb('holder', '=', name), eb(sql`lower(holder)`, '=', typedKey(name))]))
    .orderBy('asset_tag')
    .limit(MOST)
    .execute();
  return rows.map((row) => row.asset_tag);
}

async function ownTags(db: Db, caller: Caller): Promise<readonly string[]> {
  const person = await selfOf(db, caller);
  // Of two with one name neither is told what may be the other's.
  if (person === 'nobody') return [];
  if (person === undefined) return heldByName(db, caller.organisation, caller.name);
  return (await heldBy(db, person)).devices.map((device) => device.asset_tag).slice(0, MOST);
}

/** The devices that the caller holds, by the registers: by account, address, or a name that only one person has. */
export async function ownDevices(db: Db, caller: Caller): Promise<DeviceView[]> {
  const found = await Promise.all((await ownTags(db, caller)).map((tag) => readDevice(db, caller.organisation, tag)));
  return found.filter((device) => device !== undefined);
}

/** One of the caller's own; undefined where it is not theirs, or not there. */
export const ownDevice = async (db: Db, caller: Caller, assetTag: string): Promise<DeviceView | undefined> =>
  (await ownDevices(db, caller)).find((device) => device.asset_tag === assetTag);
