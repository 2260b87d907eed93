import { readPolicy } from '@beadle/shared/policy/read';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceRow } from '../../src/devices/read.ts';
import { judgeDevice, serverRules, wantedOf } from '../../src/judging/judge.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice } from '../support/seed.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-04T09:00:00Z');
const rule = (id: string, check: string, require: string) => `  - id: ${id}
    clause: "1"
    says: x
    check: ${check}
    require: ${require}
    severity: low
    mode: report
`;
const POLICY = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Test Council
version: "1"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
${rule('abroad', 'location', '{ countries: [GB] }')}${rule('silent', 'contact', '{ checkInAtMost: P21D }')}${rule('office', 'contact', '{ checkInAtMost: P21D, officeVisitAtMost: P7D }')}`;

let server: TestServer;
let device: DeviceRow;
beforeAll(async () => {
  server = await startTestServer();
  const long = NOW - 60 * DAY;
  await seedDevice(server.db, {
    id: 'one',
    asset_tag: 'DBC-1',
    country: 'FR',
    on_council_network: 0,
    created_at: long,
    enrolled_at: long,
    last_contact_at: NOW,
    last_office_at: long,
    visits_noted_since: long,
  });
  device = await server.db.selectFrom('devices').selectAll().executeTakeFirstOrThrow();
});
afterAll(() => server.close());

const read = readPolicy(POLICY);
const rules = serverRules(read.ok ? read.policy : undefined);
const time = (now: number) => ({ now, counted: (from: number, to: number) => Math.max(0, to - from) });
const judged = (given: Partial<DeviceRow>, now = NOW) =>
  Object.fromEntries(
    judgeDevice(rules, { ...device, ...given }, time(now), []).map((one) => [
      one.rule.id,
      [one.verdict, one.reason].filter(Boolean).join(' '),
    ]),
  );

it('of a device that is paused only its silence is judged', () => {
  expect(rules).toHaveLength(3);
  expect(judged({})).toEqual({ abroad: 'fail', silent: 'pass', office: 'fail' });
  const paused = { paused_until: NOW + 1 };
  expect(judged(paused)).toEqual({ abroad: 'unknown paused', silent: 'pass', office: 'unknown paused' });
  expect(judged({ ...paused, last_contact_at: NOW - 30 * DAY })).toMatchObject({ silent: 'fail', office: 'fail' });
  expect(judged({ paused_until: NOW })).toEqual({ abroad: 'fail', silent: 'pass', office: 'fail' });
});

it('of a device that is paused no country is looked up', () => {
  expect(wantedOf(rules, device, NOW).country).toBe(true);
  expect(wantedOf(rules, { ...device, paused_until: NOW + 1 }, NOW).country).toBe(false);
});
