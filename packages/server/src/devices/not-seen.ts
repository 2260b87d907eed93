import type { Db } from '../db/database.ts';
import type { DeviceRow } from './read.ts';

export interface NotSeen extends DeviceRow {
  /** The rules of contact that it fails, with their severities. */
  readonly rules: readonly { readonly rule: string; readonly clause: string; readonly severity: string }[];
}

/** Devices that fail a rule of contact, whether the rule reports or only observes: the longest silence first. */
export async function listNotSeen(db: Db, organisation: string, limit: number): Promise<NotSeen[]> {
  const failing = db
    .selectFrom('judged_states')
    .select('device')
    .where('organisation', '=', organisation)
    .where('check_name', '=', 'contact')
    .where('verdict', '=', 'fail');
  const devices = await db
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', 'in', failing)
    .orderBy('last_contact_at')
    .orderBy('asset_tag')
    .limit(limit)
    .execute();
  if (devices.length === 0) return [];
  const states = await db
    .selectFrom('judged_states')
    .select(['device', 'rule', 'clause', 'severity'])
    .where('organisation', '=', organisation)
    .where(
      'device',
      'in',
      devices.map(({ id }) => id),
    )
    .where('check_name', '=', 'contact')
    .where('verdict', '=', 'fail')
    .orderBy('rule')
    .execute();
  const byDevice = Map.groupBy(states, ({ device }) => device);
  return devices.map((device) => ({ ...device, rules: byDevice.get(device.id) ?? [] }));
}

/** Devices that are not expected to call at this moment, by asset tag. */
export const listSetAside = (db: Db, organisation: string, now: number, limit: number): Promise<DeviceRow[]> =>
  db
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('state', 'is not', null)
    .where((row) => row.or([row('quiet_until', 'is', null), row('quiet_until', '>', now)]))
    .orderBy('asset_tag')
    .limit(limit)
    .execute();
