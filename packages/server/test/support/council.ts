import type { Covers, PolicyDocument } from '@beadle/shared';
import type { Db } from '../../src/db/database.ts';
import { judgeFleet } from '../../src/judging/job.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { putPolicyInForce } from '../../src/policies/upload.ts';
import { seededRandom } from '../../../../test/support/clock.ts';
import { seedRegisters } from './seed-registers.ts';
import { seedAuthorisations } from './seed-authorisations.ts';
import {
  seedBreach,
  seedDevice,
  seedEvent,
  seedEvidence,
  seedFacts,
  seedFinding,
  seedHead,
  seedNotice,
  seedState,
} from './seed.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STICK_RULE = {
  rule: 'no-usb-sticks',
  clause: '5.9',
  says: 'USB memory sticks must not be plugged into council devices unless the person is authorised.',
  remedy:
    'Take the stick out. Do not plug it into another council device. If you are authorised, tell us the number of the authorisation.',
  check_name: 'removable-media',
} as const;

async function seedStick(db: Db, now: number): Promise<void> {
  const at = now - 3 * HOUR;
  const device = await seedDevice(db, {
    id: 'laptop-04127',
    asset_tag: 'DBC-04127',
    serial_number: 'PF3X9K2L',
    holder: 'Sam Rivers',
    population: 'employee',
    last_contact_at: now - 5 * MINUTE,
    platform: 'win32',
    release: '10.0.26100',
    clock_skew_ms: 96_000,
  });
  const breach = await seedBreach(db, device.id, {
    ...STICK_RULE,
    id: 'b-41',
    ref: 'BR-2026-000041',
    subject: '0781AABB1204',
    kind: 'event',
    duty: 'holder',
    severity: 'high',
    count: 2,
    first_seen: at,
    last_seen: at + 14 * MINUTE,
    opened_at: at + 3000,
    notified_at: at + 4000,
    observed: JSON.stringify({ kind: 'storage', model: 'SanDisk Ultra', bytes: 31_000_000_000, encrypted: false }),
  });
  const common = { ...STICK_RULE, subject: '0781AABB1204', kind: 'event', severity: 'high' };
  const { says: _says, remedy: _remedy, ...finding } = common;
  const [one, two] = [
    await seedFinding(db, device.id, { ...finding, sequence: 411, at, received_at: at + 3000 }),
    await seedFinding(db, device.id, {
      ...finding,
      sequence: 412,
      at: at + 14 * MINUTE,
      received_at: at + 14 * MINUTE + 2000,
    }),
  ];
  for (const evidence of [one, two]) await seedEvidence(db, breach.id, evidence);
  await seedHead(db, device.id, 419, two.link);
  await seedEvent(db, breach.id, { sequence: 1, at: at + 3000, type: 'opened' });
  await seedEvent(db, breach.id, {
    sequence: 2,
    at: at + 4000,
    type: 'notified',
    detail: JSON.stringify({ role: 'information-security-team-leader' }),
  });
  await seedEvent(db, breach.id, {
    sequence: 3,
    at: at + 14 * MINUTE + 2000,
    type: 'joined',
    detail: JSON.stringify({ count: 2 }),
  });
  await seedNotice(db, breach.id, { created_at: at + 4000, sent_at: at + 9000 });
  await seedNotice(db, breach.id, {
    role: 'siro',
    created_at: at + HOUR,
    status: 'waiting',
    sent_at: null,
    attempts: 3,
  });
  await seedState(db, device.id, {
    since: now - 90 * DAY,
    observed: JSON.stringify({ state: 'on', method: 'XTS-AES-256' }),
  });
  await seedState(db, device.id, {
    rule: 'security-updates',
    clause: '5.5',
    check_name: 'patches',
    subject: 'device',
    verdict: 'fail',
    severity: 'high',
    since: now - 2 * DAY,
    observed: JSON.stringify({
      overdue: 2,
      restartRequired: true,
      titles: ['2026-05 Cumulative Update for Windows 11 (KB5060001)', 'Microsoft Defender platform update'],
    }),
  });
  await seedState(db, device.id, {
    rule: 'home-printing',
    clause: '5.14',
    check_name: 'printing',
    subject: 'device',
    verdict: 'unknown',
    reason: 'log-disabled',
    since: now - 6 * DAY,
  });
  await seedState(db, device.id, {
    rule: 'asset-tags',
    clause: '5.6',
    check_name: 'asset-tag',
    subject: 'device',
    since: now - 200 * DAY,
  });
  await seedFacts(db, device.id, {
    at: now - DAY,
    facts: JSON.stringify({
      volumes: {
        known: [
          { name: 'C:', role: 'system', state: { known: 'on' }, method: 'XTS-AES-256', percent: 100 },
          { name: 'D:', role: 'data', state: { unknown: 'locked' }, method: null, percent: null },
        ],
      },
    }),
  });
  await seedFacts(db, device.id, {
    check_name: 'patches',
    at: now - DAY,
    facts: JSON.stringify({
      missing: {
        known: [
          {
            id: 'KB5060001',
            title: '2026-05 Cumulative Update for Windows 11',
            severity: 'critical',
            security: true,
            releasedAt: now - 20 * DAY,
          },
        ],
      },
      listsUpdatedAt: { known: now - DAY },
      restartRequired: { known: true },
      system: { known: { label: 'Windows 11 24H2', ends: '2027-10-12' } },
    }),
  });
}

async function seedUnencrypted(db: Db, now: number): Promise<void> {
  const device = await seedDevice(db, {
    id: 'laptop-04133',
    asset_tag: 'DBC-04133',
    serial_number: 'PF3X9K3M',
    holder: 'Kit Marsh',
    last_contact_at: now - 30 * MINUTE,
  });
  const at = now - 26 * HOUR;
  const breach = await seedBreach(db, device.id, {
    id: 'b-42',
    ref: 'BR-2026-000042',
    subject: '/home',
    first_seen: at,
    last_seen: at,
    opened_at: at + 2000,
    status: 'acknowledged',
    acknowledged_at: at + HOUR,
    acknowledged_by: 'Ann Officer',
  });
  const evidence = await seedFinding(db, device.id, { subject: '/home', at, received_at: at + 2000, sequence: 77 });
  await seedEvidence(db, breach.id, evidence);
  await seedEvidence(
    db,
    breach.id,
    await seedFinding(db, device.id, {
      subject: '/home',
      at: at - DAY,
      received_at: at - DAY,
      sequence: 70,
      verdict: 'unknown',
      reason: 'access-denied',
      body: null,
    }),
  );
  await seedEvent(db, breach.id, { sequence: 1, at: at + 2000, type: 'opened' });
  await seedEvent(db, breach.id, { sequence: 2, at: at + HOUR, type: 'acknowledged', actor: 'Ann Officer' });
  await seedState(db, device.id, {
    subject: '/home',
    verdict: 'fail',
    since: at,
    observed: JSON.stringify({ state: 'off' }),
  });
}

/** Devices beside those two: most in order, some not known, some silent, some never enrolled. */
async function seedFleet(db: Db, now: number): Promise<void> {
  const kinds = ['laptop', 'laptop', 'laptop', 'desktop', 'tablet'];
  for (let index = 0; index < 57; index += 1) {
    const silent = index % 19 === 5;
    const enrolled = index < 54;
    const device = await seedDevice(db, {
      id: `fleet-${index}`,
      asset_tag: `DBC-${String(4200 + index).padStart(5, '0')}`,
      serial_number: `5CG${1000 + index}`,
      kind: kinds[index % 5] ?? 'laptop',
      holder: index % 7 === 0 ? null : `Holder ${index}`,
      generation: enrolled ? 1 : 0,
      last_contact_at: enrolled ? now - (silent ? 12 * DAY : (index % 3) * DAY) : null,
    });
    if (!enrolled) continue;
    const unknown = index % 9 === 2;
    await seedState(db, device.id, {
      subject: 'C:',
      verdict: unknown ? 'unknown' : 'pass',
      reason: unknown ? 'access-denied' : null,
    });
    await seedState(db, device.id, {
      rule: 'security-updates',
      clause: '5.5',
      check_name: 'patches',
      subject: 'device',
      verdict: index % 11 === 3 ? 'fail' : 'pass',
    });
    await seedState(db, device.id, {
      rule: 'home-printing',
      clause: '5.14',
      check_name: 'printing',
      subject: 'device',
      verdict: index % 13 === 4 ? 'unknown' : index % 17 === 1 ? 'exempt' : 'pass',
      reason: index % 13 === 4 ? 'log-disabled' : index % 17 === 1 ? 'authorised' : null,
    });
    if (index % 11 === 3) {
      await seedBreach(db, device.id, {
        id: `fleet-b-${index}`,
        ref: `BR-2026-${String(50 + index).padStart(6, '0')}`,
        rule: 'security-updates',
        clause: '5.5',
        check_name: 'patches',
        subject: 'device',
        severity: index % 2 === 0 ? 'high' : 'medium',
        first_seen: now - (index % 8) * DAY - HOUR,
        last_seen: now - HOUR,
        opened_at: now - (index % 8) * DAY - HOUR,
        says: 'Devices must be kept up to date.',
      });
    }
    if (index % 10 === 6) {
      await seedBreach(db, device.id, {
        id: `better-${index}`,
        ref: `BR-2026-${String(200 + index).padStart(6, '0')}`,
        rule: 'security-updates',
        clause: '5.5',
        check_name: 'patches',
        subject: 'device',
        severity: 'medium',
        status: 'restored',
        first_seen: now - 9 * DAY,
        last_seen: now - 9 * DAY,
        opened_at: now - 9 * DAY,
        ended_at: now - (index % 4) * DAY,
        says: 'Devices must be kept up to date.',
      });
    }
  }
}

/** An invented council, for looking at the console: nobody and nothing in it is real. */
export async function seedCouncil(db: Db, now: number): Promise<void> {
  await seedStick(db, now);
  await seedUnencrypted(db, now);
  await seedDevice(db, {
    id: 'laptop-04190',
    asset_tag: 'DBC-04190',
    serial_number: null,
    generation: 0,
    last_contact_at: null,
    agent_version: null,
    platform: null,
    release: null,
    clock_skew_ms: null,
  });
  await seedFleet(db, now);
  await seedJudged(db, now);
  await seedRegisters(db, now);
  await seedAuthorisations(db, now);
}

/** What only the server judges: rules in force, a device that is silent, one in store, and one that calls from abroad. */
async function seedJudged(db: Db, now: number): Promise<void> {
  const about = { clause: '5.3', says: 'Users must take due care of devices.', duty: 'ict', mode: 'observe' } as const;
  const covers: Covers = { kinds: ['laptop', 'desktop', 'tablet'] };
  const document: PolicyDocument = {
    beadlePolicy: 1,
    title: 'Remote and Home Working Policy',
    organisation: 'Northmere Borough Council',
    version: '2026.2',
    effectiveFrom: '2026-01-01',
    reviewBy: '2027-01-01',
    reportTo: 'information-security-team-leader',
    rules: [
      {
        ...about,
        id: 'device-not-seen',
        check: 'contact',
        require: { checkInAtMost: 'P11D' },
        severity: 'low',
        covers,
      },
      {
        ...about,
        id: 'abroad',
        check: 'location',
        require: { countries: ['GB'] },
        severity: 'high',
        covers,
      },
    ],
  };
  const upload = { organisation: ORGANISATION, document, source: '', by: 'Ann Officer', at: now };
  await db.transaction().execute((tx) => putPolicyInForce(tx, upload));
  await db
    .updateTable('devices')
    .set({ country: 'GB', country_since: now - 90 * DAY })
    .where('generation', '>', 0)
    .execute();
  const set = (assetTag: string, columns: object) =>
    db.updateTable('devices').set(columns).where('asset_tag', '=', assetTag).execute();
  await set('DBC-04127', { country: 'FR', country_since: now - DAY });
  await set('DBC-04205', { state: 'in-store', state_since: now - 12 * DAY });
  await set('DBC-04212', { serial_number: '5CG1013' });
  await set('DBC-04214', { enrolled_serial: 'PF9ZZZ99' });
  await db
    .insertInto('uptime')
    .values({ began_at: now - 200 * DAY, last_beat_at: now })
    .execute();
  const judging = { now, random: seededRandom('judged'), origin: 'http://127.0.0.1' };
  await judgeFleet(db, ORGANISATION, { ...judging, signal: new AbortController().signal });
}
