import { hash } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Db } from '../../src/db/database.ts';
import type {
  BreachEventTable,
  BreachTable,
  DeviceTable,
  FactTable,
  FindingTable,
  NoticeTable,
  StateTable,
} from '../../src/db/schema.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';

/** Rows as the stages would have written them, with everything that a test does not care about filled in. */
const at = Date.parse('2026-06-04T08:32:00Z');
let count = 0;
const next = () => (count += 1);

export async function seedDevice(
  db: Db,
  given: Partial<Insertable<DeviceTable>> = {},
): Promise<Insertable<DeviceTable>> {
  const number = next();
  const device = {
    organisation: ORGANISATION,
    id: `device-${number}`,
    asset_tag: `DBC-${String(number).padStart(5, '0')}`,
    serial_number: `SN${number}`,
    kind: 'laptop',
    holder: null,
    population: null,
    groups: '[]',
    generation: 1,
    created_at: at,
    last_contact_at: at,
    agent_version: '0.1.0',
    platform: 'linux',
    release: '6.1.0',
    policy_serial: 1,
    on_council_network: null,
    clock_skew_ms: 0,
    outbox_pending: 0,
    outbox_dropped: 0,
    document_serial: 0,
    document_hash: null,
    ...given,
  };
  await db.insertInto('devices').values(device).execute();
  return device;
}

export async function seedState(db: Db, device: string, given: Partial<Insertable<StateTable>> = {}): Promise<void> {
  const state = {
    organisation: ORGANISATION,
    device,
    rule: 'laptop-encryption',
    subject: 'C:',
    clause: '5.9',
    check_name: 'disk-encryption',
    verdict: 'pass',
    reason: null,
    severity: 'critical',
    policy_version: '2026.1',
    since: at,
    sequence: 1,
    observed: '{}',
    ...given,
  };
  await db.insertInto('states').values(state).execute();
}

export async function seedFinding(db: Db, device: string, given: Partial<Insertable<FindingTable>> = {}) {
  const number = next();
  const finding = {
    organisation: ORGANISATION,
    device,
    generation: 1,
    sequence: number,
    link: hash('sha256', `link ${number}`, 'hex'),
    body_hash: hash('sha256', `body ${number}`, 'hex'),
    body: Buffer.from(`{"number":${number}}`),
    received_at: at + 2000,
    form: 'finding',
    at,
    rule: 'laptop-encryption',
    clause: '5.9',
    check_name: 'disk-encryption',
    subject: 'C:',
    kind: 'state',
    verdict: 'fail',
    reason: null,
    severity: 'critical',
    policy_version: '2026.1',
    ...given,
  };
  await db.insertInto('findings').values(finding).execute();
  return finding;
}

export async function seedBreach(db: Db, device: string | null, given: Partial<Insertable<BreachTable>> = {}) {
  const number = next();
  const breach = {
    organisation: ORGANISATION,
    id: `breach-${String(number).padStart(6, '0')}`,
    ref: `BR-2026-${String(number).padStart(6, '0')}`,
    device,
    rule: 'laptop-encryption',
    subject: 'C:',
    kind: 'state',
    clause: '5.9',
    says: 'Laptops must be encrypted and routinely checked.',
    remedy: 'Connect the laptop to the council network and restart it.',
    check_name: 'disk-encryption',
    duty: 'ict',
    severity: 'critical',
    status: 'suspected',
    count: 1,
    first_seen: at,
    last_seen: at,
    opened_at: at + 2000,
    policy_version: '2026.1',
    observed: '{"state":"off"}',
    ended_at: null,
    notified_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    report: null,
    escalations: 0,
    ...given,
  };
  await db.insertInto('breaches').values(breach).execute();
  return breach;
}

/** Says that a breach rests on a finding. */
export const seedEvidence = (
  db: Db,
  breach: string,
  finding: { device: string; generation: number; sequence: number },
) =>
  db
    .insertInto('breach_findings')
    .values({
      organisation: ORGANISATION,
      breach,
      device: finding.device,
      generation: finding.generation,
      sequence: finding.sequence,
    })
    .execute();

export const seedEvent = (db: Db, breach: string, given: Partial<Insertable<BreachEventTable>> = {}) =>
  db
    .insertInto('breach_events')
    .values({
      organisation: ORGANISATION,
      breach,
      sequence: next(),
      at,
      actor: 'beadle',
      type: 'opened',
      detail: '{}',
      ...given,
    })
    .execute();

export const seedNotice = (db: Db, breach: string, given: Partial<Insertable<NoticeTable>> = {}) =>
  db
    .insertInto('notices')
    .values({
      organisation: ORGANISATION,
      id: `notice-${next()}`,
      channel: 'mail',
      role: 'information-security-team-leader',
      address: 'officer@example.org',
      title: 'A breach',
      body: 'A breach',
      breaches: JSON.stringify([breach]),
      status: 'sent',
      created_at: at + 2000,
      sent_at: at + 5000,
      attempts: 1,
      last_error: null,
      ...given,
    })
    .execute();

export const seedFacts = (db: Db, device: string, given: Partial<Insertable<FactTable>> = {}) =>
  db
    .insertInto('facts')
    .values({ organisation: ORGANISATION, device, check_name: 'disk-encryption', at, facts: '{}', ...given })
    .execute();

export const seedHead = (db: Db, device: string, sequence: number, link: string, generation = 1) =>
  db
    .insertInto('heads')
    .values({ organisation: ORGANISATION, device, generation, sequence, link, counter: 1 })
    .execute();
