import type { Db } from '../../../packages/server/src/db/database.ts';
import { type Breach, VIEWER } from './breach-row.ts';
import { actionOf } from './breaches.ts';
import type { LargeCouncil } from './council.ts';
import { ENROLMENT_PLACES } from './enrolments.ts';

/** What stands in each part of an address, by the section of the address and the name of the part. */
export type Places = Readonly<Record<string, readonly string[]>>;

async function oneOf(db: Db, table: 'printers' | 'role_holders' | 'tokens'): Promise<string> {
  const row = await db.selectFrom(table).select('id').limit(1).executeTakeFirstOrThrow();
  return row.id;
}

async function largestCluster(db: Db): Promise<string> {
  const row = await db.selectFrom('clusters').select('ref').orderBy('breaches', 'desc').limit(1).executeTakeFirst();
  return row?.ref ?? '';
}

/** Breaches in each state of their life, so that each act has one that it may be done to; the busiest of all first. */
function breachesOf({ breaches }: LargeCouncil): readonly Breach[] {
  const seen = breaches.filter(({ concealed_from: from }) => from === null).toReversed();
  const statuses = [...new Set(seen.map(({ status }) => status))];
  return [seen[0], ...statuses.map((status) => seen.find((one) => one.status === status))].flatMap((one) =>
    one === undefined ? [] : [one],
  );
}

/** Things that are there; the device and the breach are those with most behind them. */
export async function placesOf(db: Db, council: LargeCouncil, preview: string): Promise<Places> {
  const { devices } = council;
  const breaches = breachesOf(council);
  const refs = breaches.map(({ ref }) => ref);
  return {
    assetTag: [devices[0]?.tag ?? ''],
    'breaches.ref': refs,
    action: breaches.map(actionOf),
    'clusters.ref': [await largestCluster(db)],
    'report.ref': refs,
    'my-device.assetTag': [devices[1]?.tag ?? ''],
    'helpdesk.ref': ['HD-2026-001990'],
    'helpdesk-records.ref': ['HD-2026-001990'],
    'withdrawals.ref': ['WD-2026-000001'],
    'exhibits.ref': ['EX-2026-000001'],
    'my-rights-requests.ref': ['DP-2026-000200'],
    'rights-requests.ref': ['DP-2026-000200'],
    'my-rights.ref': ['DP-2026-000200'],
    'data-rights.ref': ['DP-2026-000200'],
    'devices.id': ['order-000050'],
    'pauses.id': ['pause-000001'],
    ...ENROLMENT_PLACES,
    'spanning-roles.id': ['spanning-000001'],
    'tokens.id': [await oneOf(db, 'tokens')],
    act: ['off'],
    'legal-holds.ref': ['LH-2026-000001'],
    'accounts.name': [VIEWER],
    'people.account': ['person.00100'],
    'groups.name': ['Group 00'],
    'roles.id': [await oneOf(db, 'role_holders')],
    'roles.role': ['line-manager'],
    'registers.serial': ['STICK000001'],
    'registers.id': [await oneOf(db, 'printers')],
    'authorisations.ref': ['AU-2026-000007'],
    'incidents.ref': ['IN-2026-000001'],
    'policies.version': ['2026.2'],
    'policies.id': [preview],
    owner: [VIEWER],
  };
}
