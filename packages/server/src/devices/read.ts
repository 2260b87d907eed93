import { iso, VERDICTS, type Verdict } from '@beadle/shared';
import { type Selectable, sql } from 'kysely';
import type { Db } from '../db/database.ts';
import type { DeviceTable } from '../db/schema.ts';
import { containing } from '../containing.ts';
import { hasNotLeft } from './left-service.ts';

export type DeviceRow = Selectable<DeviceTable>;
export type VerdictCounts = Readonly<Record<Verdict, number>>;

export interface DeviceFilter {
  readonly kind?: string | undefined;
  readonly holder?: string | undefined;
  /** Part of an asset tag or a serial number. */
  readonly q?: string | undefined;
  /** Only devices that have been enrolled, or that never have; none that has left service. */
  readonly enrolled?: boolean | undefined;
  /** Only devices with a state of this verdict. */
  readonly verdict?: string | undefined;
  /** Only devices that have not been heard from since, milliseconds since the epoch. */
  readonly silentSince?: number | undefined;
}

export interface DevicePage {
  readonly limit: number;
  /** The asset tag that the page begins after. */
  readonly after?: string | undefined;
}

/** What the register and the last check-in say of a device, with how many of its states stand how. */
export interface DeviceView extends DeviceRow {
  readonly verdicts: VerdictCounts;
}

const none: VerdictCounts = { pass: 0, fail: 0, unknown: 0, exempt: 0, 'not-applicable': 0 };

const isVerdict = (text: string): text is Verdict => (VERDICTS as readonly string[]).includes(text);

/** The day of the last contact and never the time (invariant 10): `2026-06-04`, in UTC. */
export const contactDay = (device: Pick<DeviceRow, 'last_contact_at'>): string | null =>
  device.last_contact_at === null ? null : iso(device.last_contact_at).slice(0, 10);

const STATE_COLUMNS = [
  'organisation',
  'device',
  'rule',
  'subject',
  'clause',
  'check_name',
  'verdict',
  'reason',
  'severity',
  'policy_version',
  'since',
  'observed',
] as const;

/** What holds now: what the devices last stated, and what the server judged of them. */
export const standingStates = (db: Db, organisation: string) =>
  db
    .selectFrom('states')
    .select(STATE_COLUMNS)
    .where('organisation', '=', organisation)
    .unionAll(db.selectFrom('judged_states').select(STATE_COLUMNS).where('organisation', '=', organisation))
    .as('standing');

/** Counts of current states by verdict for each of these devices, by the device's internal id. */
export async function countVerdicts(
  db: Db,
  organisation: string,
  devices: readonly string[],
): Promise<ReadonlyMap<string, VerdictCounts>> {
  if (devices.length === 0) return new Map();
  const rows = await db
    .selectFrom(standingStates(db, organisation))
    .select(['device', 'verdict', (eb) => eb.fn.countAll().as('count')])
    .where('device', 'in', [...devices])
    .groupBy(['device', 'verdict'])
    .execute();
  const counts = new Map<string, VerdictCounts>();
  for (const { device, verdict, count } of rows) {
    if (isVerdict(verdict)) counts.set(device, { ...(counts.get(device) ?? none), [verdict]: Number(count) });
  }
  return counts;
}

async function withVerdicts(db: Db, organisation: string, rows: readonly DeviceRow[]): Promise<DeviceView[]> {
  const counts = await countVerdicts(
    db,
    organisation,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, verdicts: counts.get(row.id) ?? none }));
}

function matching(db: Db, organisation: string, { kind, holder, q, enrolled, verdict, silentSince }: DeviceFilter) {
  let query = db.selectFrom('devices').where('organisation', '=', organisation);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (holder !== undefined) query = query.where('holder', '=', holder);
  if (q !== undefined) {
    const like = (column: string) =>
      sql<boolean>`lower(${sql.ref(column)}) like ${containing(q.toLowerCase())} escape '\\'`;
    query = query.where((eb) => eb.or([like('asset_tag'), like('serial_number')]));
  }
  if (enrolled !== undefined) query = query.where('generation', enrolled ? '>' : '=', 0).where(hasNotLeft);
  if (silentSince !== undefined) {
    query = query.where((eb) => eb.or([eb('last_contact_at', 'is', null), eb('last_contact_at', '<', silentSince)]));
  }
  if (verdict !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom(standingStates(db, organisation))
          .select('standing.rule')
          .whereRef('standing.device', '=', 'devices.id')
          .where('standing.verdict', '=', verdict),
      ),
    );
  }
  return query;
}

/** Devices by asset tag, one more than the limit where there is a next page. */
export async function listDevices(
  db: Db,
  organisation: string,
  filter: DeviceFilter,
  { limit, after }: DevicePage,
): Promise<DeviceView[]> {
  const query = matching(db, organisation, filter)
    .selectAll()
    .orderBy('asset_tag')
    .limit(limit + 1);
  const rows = await (after === undefined ? query : query.where('asset_tag', '>', after)).execute();
  return withVerdicts(db, organisation, rows);
}

export async function countDevices(db: Db, organisation: string, filter: DeviceFilter = {}): Promise<number> {
  const row = await matching(db, organisation, filter)
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** One device by its asset tag; undefined where the register has none. */
export async function readDevice(db: Db, organisation: string, assetTag: string): Promise<DeviceView | undefined> {
  const rows = await matching(db, organisation, {}).selectAll().where('asset_tag', '=', assetTag).execute();
  const [device] = await withVerdicts(db, organisation, rows);
  return device;
}

/** What holds now on a device, by rule and subject. */
export const readStates = (db: Db, organisation: string, device: string) =>
  db
    .selectFrom(standingStates(db, organisation))
    .selectAll()
    .where('device', '=', device)
    .orderBy('rule')
    .orderBy('subject')
    .execute();

/** The facts that a device sent last, one row a check. */
export const readFacts = (db: Db, organisation: string, device: string) =>
  db
    .selectFrom('facts')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .orderBy('check_name')
    .execute();
