import { known } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PresentedPreview } from '../../src/preview/present.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice, seedFacts, seedFinding, seedState } from '../support/seed.ts';

const DAY = 86_400_000;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

interface RuleGiven {
  readonly mode?: string;
  readonly grace?: string;
  readonly allow?: string;
  readonly version?: string;
  readonly extra?: string;
}

const policy = ({ mode = 'observe', grace = 'PT0S', allow = 'none', version = '1', extra = '' }: RuleGiven = {}) =>
  `beadlePolicy: 1
title: Test policy
organisation: Test Council
version: "${version}"
effectiveFrom: 2026-01-01
reviewBy: 2027-01-01
reportTo: information-security-team-leader
rules:
  - id: laptop-encryption
    clause: "5.9"
    says: Laptops must be encrypted.
    check: disk-encryption
    require: { volumes: fixed, protection: on, suspendedAtMost: P2D }
    severity: critical
    grace: ${grace}
    mode: ${mode}
    duty: ict
  - id: sticks
    clause: "5.9"
    says: No sticks.
    check: removable-media
    require: { allow: ${allow} }
    severity: high
    mode: ${mode}
    duty: holder
${extra}`;

const send = (
  url: string,
  payload: string,
  role: 'administrator' | 'information-security-team-leader' = 'administrator',
) => server.as(role, { method: 'POST', url, headers: { 'content-type': 'application/yaml' }, payload });
const upload = (text: string, query = '') => send(`/api/v1/policies${query}`, text);
async function preview(text: string, query = ''): Promise<PresentedPreview> {
  const answer = await send(`/api/v1/policies/preview${query}`, text, 'information-security-team-leader');
  expect(answer.statusCode).toBe(200);
  return answer.json();
}
const ruleIn = (found: PresentedPreview, id = 'laptop-encryption') => {
  const rule = found.rules.find((one) => one.rule === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
};

const volume = (state: string) =>
  JSON.stringify({
    volumes: known([{ name: 'C:', role: 'system', state: known(state), method: 'XTS-AES-256', percent: null }]),
  });

interface Laptop {
  readonly state?: string;
  readonly factsAt?: number;
  readonly contact?: number;
  readonly failSince?: number;
}

async function laptop({ state = 'off', factsAt, contact, failSince }: Laptop = {}) {
  const now = server.clock.now();
  const device = await seedDevice(server.db, { last_contact_at: contact ?? now });
  await seedFacts(server.db, device.id, { at: factsAt ?? now, facts: volume(state) });
  if (failSince !== undefined)
    await seedState(server.db, device.id, { verdict: 'fail', since: failSince, policy_version: '1' });
  return device;
}

const count = async (table: 'breaches' | 'notices' | 'findings' | 'states') =>
  (await server.db.selectFrom(table).selectAll().execute()).length;

describe('a preview', () => {
  it('of a rule that moves to report says what it would bring, and writes no breach and no notice', async () => {
    await upload(policy());
    await laptop({ failSince: server.clock.now() - DAY });
    await laptop({ state: 'on' });
    const found = await preview(policy({ mode: 'report', version: '2' }));
    expect(ruleIn(found)).toMatchObject({
      mode: { before: 'observe', after: 'report' },
      devices: { before: { fail: 1, pass: 1 }, after: { fail: 1, pass: 1 } },
      changes: [],
    });
    expect(found.newBreaches.ict).toMatchObject({ atOnce: { critical: 1 }, firstWeek: {}, later: {} });
    expect(found.newBreaches.holder).toMatchObject({ atOnce: {} });
    expect([await count('breaches'), await count('notices'), await count('findings')]).toEqual([0, 0, 0]);
  });

  it('considers grace, from when the device first failed', async () => {
    await upload(policy());
    await laptop({ failSince: server.clock.now() - 20 * DAY });
    await laptop({ failSince: server.clock.now() - 10 * DAY });
    await laptop({ failSince: server.clock.now() - DAY });
    const found = await preview(policy({ mode: 'report', grace: 'P14D', version: '2' }));
    expect(found.newBreaches.ict).toMatchObject({
      atOnce: { critical: 1 },
      firstWeek: { critical: 1 },
      later: { critical: 1 },
    });
  });

  it('tells from which verdict to which, and lists the devices', async () => {
    await upload(policy());
    const device = await laptop({ state: 'suspended', factsAt: server.clock.now() - DAY });
    await laptop({ state: 'on' });
    const found = await preview(policy({ version: '2' }).replace('P2D', 'PT1H'));
    expect(ruleIn(found).changes).toEqual([{ from: 'pass', to: 'fail', devices: 1 }]);
    const list = await server.as('ict-operator', { url: `/api/v1/policies/previews/${found.id}/devices` });
    expect(list.json()).toEqual({
      items: [{ rule: 'laptop-encryption', device: device.asset_tag, from: 'pass', to: 'fail', breach: null }],
      nextCursor: null,
    });
  });

  it('gives the list in pages', async () => {
    await upload(policy());
    const tags = [];
    for (let index = 0; index < 5; index += 1)
      tags.push((await laptop({ state: 'suspended', factsAt: server.clock.now() - DAY })).asset_tag);
    const found = await preview(policy({ version: '2' }).replace('P2D', 'PT1H'));
    const got: string[] = [];
    let cursor = '';
    do {
      const url = `/api/v1/policies/previews/${found.id}/devices?rule=laptop-encryption&limit=2${cursor}`;
      const page = (await server.as('auditor', { url })).json();
      got.push(...page.items.map((item: { device: string }) => item.device));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(got).toEqual(tags.toSorted());
  });

  it('does not know of devices that are silent, that never told, or of checks that nobody makes', async () => {
    await upload(policy());
    await laptop({ contact: server.clock.now() - 30 * DAY });
    await seedDevice(server.db, { last_contact_at: server.clock.now() });
    await laptop({ state: 'on' });
    const contact = `  - { id: seen, clause: "5.23", says: Comes in., check: contact, require: { checkInAtMost: P7D }, severity: low, mode: report }
  - { id: vpn, clause: "5.1", says: VPN., check: network, require: { vpnOffSite: required }, severity: low, mode: report }
`;
    const found = await preview(policy({ mode: 'report', version: '2', extra: contact }));
    expect(found.devices).toMatchObject({ enrolled: 3, factsOld: 1, withoutFacts: 1 });
    expect(ruleIn(found).notKnown.map(({ reason, devices }) => [reason, devices])).toEqual([
      ['facts-old', 1],
      ['no-facts', 1],
    ]);
    expect(ruleIn(found, 'seen').notKnown).toMatchObject([{ reason: 'judged-on-server', devices: 3 }]);
    expect(ruleIn(found, 'vpn').notKnown.find(({ reason }) => reason === 'check-not-supported')).toMatchObject({
      devices: 2,
    });
    expect(found.newBreaches.ict.atOnce).toEqual({});
  });

  it('of a device that can no longer read what it once told says that it is not known', async () => {
    await upload(policy());
    const device = await laptop({ state: 'off' });
    await seedState(server.db, device.id, { subject: 'device', verdict: 'unknown', reason: 'access-denied' });
    const found = await preview(policy({ mode: 'report', version: '2' }).replace('P2D', 'P1D'));
    expect(ruleIn(found).notKnown).toMatchObject([{ reason: 'access-denied', devices: 1 }]);
    expect(found.newBreaches.ict.atOnce).toEqual({});
  });

  it('takes facts that it cannot read for not known', async () => {
    await upload(policy());
    const device = await seedDevice(server.db, { last_contact_at: server.clock.now() });
    await seedFacts(server.db, device.id, { facts: '{"volumes":[]}' });
    expect(ruleIn(await preview(policy({ version: '2', grace: 'P1D' }))).notKnown).toMatchObject([
      { reason: 'not-understood', devices: 1 },
    ]);
  });

  it('tells what happened in the last weeks that would have been a breach', async () => {
    await upload(policy());
    const device = await laptop({ state: 'on' });
    await seedFacts(server.db, device.id, { check_name: 'removable-media', facts: '{"present":{"known":[]}}' });
    const stick = (days: number, serial: string) =>
      seedFinding(server.db, device.id, {
        rule: 'sticks',
        check_name: 'removable-media',
        subject: serial,
        kind: 'event',
        at: server.clock.now() - days * DAY,
        received_at: server.clock.now() - days * DAY,
        body: Buffer.from(JSON.stringify({ observed: { kind: 'storage', serial, encrypted: serial === 'GOOD' } })),
      });
    for (const days of [1, 2, 20]) await stick(days, 'BAD');
    await stick(3, 'GOOD');
    await stick(40, 'OLD');
    const all = await preview(policy({ mode: 'report', version: '2' }));
    expect(ruleIn(all, 'sticks')).toMatchObject({
      events: { week: { events: 3, breaches: 2 }, month: { events: 4, breaches: 2 } },
      history: 'part',
    });
    expect([all.newBreaches.holder.eventsAsLastWeek, all.newBreaches.ict.eventsAsLastWeek]).toEqual([2, 0]);
    const encrypted = await preview(policy({ mode: 'report', version: '3', allow: 'encrypted' }));
    expect(ruleIn(encrypted, 'sticks').events.week).toEqual({ events: 2, breaches: 1 });
  });

  it('says what would end', async () => {
    await upload(policy({ mode: 'report' }));
    const device = await laptop({ state: 'suspended', factsAt: server.clock.now() - 3 * DAY });
    await seedState(server.db, device.id, { verdict: 'fail', since: server.clock.now() - DAY });
    await seedBreach(server.db, device.id);
    const milder = await preview(policy({ mode: 'report', version: '2' }).replace('P2D', 'P5D'));
    expect([milder.ends, ruleIn(milder).changes]).toEqual([1, [{ from: 'fail', to: 'pass', devices: 1 }]]);
    expect((await preview(policy({ mode: 'report' }))).ends).toBe(0);
  });

  it('concerns only those for whom the policy is written', async () => {
    await upload(policy());
    await laptop();
    const text = policy({ mode: 'report', version: 'C1' }).replace('rules:', 'populations: [councillor]\nrules:');
    expect((await preview(text)).devices).toMatchObject({ enrolled: 1, concerned: 0, changed: 0 });
  });

  it('is refused for a policy with errors, and to whoever may not put one in force', async () => {
    const bad = await send('/api/v1/policies/preview', 'beadlePolicy: 2');
    expect([bad.statusCode, bad.json().code]).toEqual([422, 'policy-refused']);
    const worker = await server.as('security-analyst', {
      method: 'POST',
      url: '/api/v1/policies/preview',
      headers: { 'content-type': 'application/yaml' },
      payload: policy(),
    });
    expect(worker.statusCode).toBe(403);
  });

  it('is kept for a day, and stands in the audit log', async () => {
    const found = await preview(policy());
    const url = `/api/v1/policies/previews/${found.id}`;
    expect((await server.as('auditor', { url })).json()).toEqual(found);
    const acts = await server.db.selectFrom('audit').selectAll().where('action', '=', 'policy-previewed').execute();
    expect(acts.map(({ actor, target }) => [actor, target])).toEqual([
      ['token:information-security-team-leader', 'policy:1'],
    ]);
    server.clock.pass(DAY);
    await preview(policy({ version: '2' }));
    expect((await server.as('auditor', { url })).statusCode).toBe(404);
  });
});

describe('a preview of many devices', () => {
  it('is made by a job, with an address to ask at', async () => {
    await upload(policy());
    const now = server.clock.now();
    const devices = Array.from({ length: 1001 }, (_, index) => `many-${String(index).padStart(4, '0')}`);
    for (let from = 0; from < devices.length; from += 200) {
      const ids = devices.slice(from, from + 200);
      const template = await server.db.selectFrom('devices').selectAll().executeTakeFirst();
      const base = template ?? { ...(await seedDevice(server.db, { asset_tag: 'first', last_contact_at: now })) };
      await server.db
        .insertInto('devices')
        .values(ids.map((id) => ({ ...base, id, asset_tag: id, serial_number: id, last_contact_at: now })))
        .execute();
      await server.db
        .insertInto('facts')
        .values(
          ids.map((device) => ({
            organisation: base.organisation,
            device,
            check_name: 'disk-encryption',
            at: now,
            facts: volume('off'),
          })),
        )
        .execute();
    }
    const begun = await send('/api/v1/policies/preview', policy({ mode: 'report', version: '2' }));
    expect([begun.statusCode, begun.json().status]).toEqual([202, 'running']);
    await server.app.jobs.runDue();
    const found = await server.as('auditor', { url: String(begun.headers.location) });
    expect(found.json()).toMatchObject({
      status: 'done',
      progress: { devices: 1002, seen: 1002 },
      newBreaches: { ict: { atOnce: { critical: 1001 } } },
    });
  });
});

describe('putting a policy in force', () => {
  const warningsOf = async (text: string, query = '') => {
    const answer = await upload(text, query);
    expect(answer.statusCode).toBeLessThan(300);
    return answer.json().warnings as string[];
  };
  const detail = async () => {
    const acts = await server.db
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'policy-put-in-force')
      .orderBy('sequence', 'desc')
      .execute();
    return JSON.parse(acts[0]?.detail ?? '{}');
  };

  it('that makes rules report without a preview is accepted, warns and stands in the audit log', async () => {
    expect(await warningsOf(policy())).toEqual([]);
    const [warning] = await warningsOf(policy({ mode: 'report', version: '2' }));
    expect(warning).toContain('laptop-encryption, sticks');
    expect(await detail()).toEqual({ beginToReport: ['laptop-encryption', 'sticks'], preview: null });
  });

  it('warns of nothing after a preview of the same document in the last day', async () => {
    await upload(policy());
    const text = policy({ mode: 'report', version: '2' });
    const { id } = await preview(text);
    expect(await warningsOf(text)).toEqual([]);
    expect(await detail()).toMatchObject({ preview: id });
  });

  it('warns again where the preview was of another document, or is a day old', async () => {
    await upload(policy());
    await preview(policy({ mode: 'report', version: '2' }));
    expect(await warningsOf(policy({ mode: 'report', version: '3' }))).toHaveLength(1);
    const text = policy({ mode: 'report', version: '4' }).replace(
      'mode: report',
      'mode: report\n    covers: { groups: [pilot] }',
    );
    await preview(text);
    server.clock.pass(DAY);
    expect(await warningsOf(text)).toHaveLength(1);
    expect(await detail()).toMatchObject({ beginToReport: ['laptop-encryption'] });
  });

  it('takes a reason in place of a preview', async () => {
    expect(await warningsOf(policy({ mode: 'report' }), '?without-preview=An+emergency')).toEqual([]);
    expect(await detail()).toMatchObject({ withoutPreview: 'An emergency' });
  });

  it('warns nobody whose rules report already', async () => {
    await upload(policy({ mode: 'report' }));
    expect(await warningsOf(policy({ mode: 'report', version: '2', grace: 'P1D' }))).toEqual([]);
  });
});
