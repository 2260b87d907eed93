import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { DeviceTable } from '../db/schema.ts';
import { hasNotLeft } from './left-service.ts';
import { standingStates } from './read.ts';

const COLUMNS = [
  'id',
  'asset_tag',
  'serial_number',
  'kind',
  'population',
  'groups',
  'holder',
  'on_council_network',
  'last_contact_at',
  'country',
] as const;
export type FleetRow = Pick<Selectable<DeviceTable>, (typeof COLUMNS)[number]>;

export interface FleetQuery {
  readonly organisation: string;
  /** The asset tag to go on after; null at the beginning. */
  readonly after: string | null;
  readonly limit: number;
}

/** Enrolled devices by asset tag, a part at a time, so that what is held does not depend on how many there are. */
export function fleetPart(db: Db, { organisation, after, limit }: FleetQuery): Promise<FleetRow[]> {
  const query = db
    .selectFrom('devices')
    .select(COLUMNS)
    .where('organisation', '=', organisation)
    .where('generation', '>', 0)
    .where(hasNotLeft)
    .orderBy('asset_tag')
    .limit(limit);
  return (after === null ? query : query.where('asset_tag', '>', after)).execute();
}

/** The facts that these devices told last. */
export const factsOf = (db: Db, organisation: string, devices: readonly string[], checks?: readonly string[]) => {
  const query = db
    .selectFrom('facts')
    .select(['device', 'check_name', 'at', 'facts'])
    .where('organisation', '=', organisation)
    .where('device', 'in', [...devices]);
  return (checks === undefined ? query : query.where('check_name', 'in', [...checks])).execute();
};

/** What these devices told and that does not pass; of what the server judges, where they call from. */
export const failingStatesOf = (db: Db, organisation: string, devices: readonly string[]) =>
  db
    .selectFrom(standingStates(db, organisation))
    .select(['device', 'rule', 'subject', 'check_name', 'verdict', 'reason', 'severity', 'since'])
    .where('device', 'in', [...devices])
    .where('verdict', 'in', ['fail', 'unknown'])
    .execute();
