import { readPolicy } from '@beadle/shared/policy/read';
import type { FindingBody } from '@beadle/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeIn } from '../../src/breaches/intake.ts';
import { openBreaches } from '../../src/breaches/open-breaches.ts';
import { tellIct } from '../../src/breaches/notices.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { putPolicyInForce } from '../../src/policies/upload.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice } from '../support/seed.ts';

const OFFICER = 'information-security-team-leader';
const MINUTE = 60_000;
const POLICY = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Northmere Borough Council
version: "1"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: ${OFFICER}
rules:
  - { id: encryption, clause: "5.9", says: Laptops are encrypted., check: disk-encryption, require: { volumes: fixed, protection: on }, severity: critical, mode: report }
  - { id: firewall, clause: "5.4", says: The firewall is on., check: firewall, require: { profiles: all }, severity: medium, mode: report }
  - { id: sticks, clause: "5.9", says: No sticks., check: removable-media, require: { allow: none }, severity: high, duty: holder, mode: report }
`;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const reading = readPolicy(POLICY);
  if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
  const about = { organisation: ORGANISATION, document: reading.policy, source: POLICY, by: 'test', at: 0 };
  await server.db.transaction().execute((tx) => putPolicyInForce(tx, about));
}, 60_000);
afterAll(() => server.close());

let sequence = 0;
async function found(device: string, finding: Partial<FindingBody>): Promise<void> {
  const { db, clock, random } = server;
  const about = { organisation: ORGANISATION, id: device, assetTag: device.toUpperCase() };
  const body = {
    subject: 'device',
    kind: 'state',
    verdict: 'fail',
    severity: 'critical',
    at: new Date(clock.now()).toISOString(),
    observed: {},
    policyVersion: '1',
    ...finding,
  } as FindingBody;
  sequence += 1;
  await inTransaction(db, async (tx) => {
    const open = await openBreaches(tx, ORGANISATION, device, clock.now());
    const connected = { ms: 0, graces: new Map() };
    const deps = { now: clock.now(), random, origin: 'https://beadle.example', device: about, open, connected };
    await takeIn(tx, { generation: 1, sequence, finding: body }, deps);
    await open.settle();
  });
}

async function fleet(name: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  for (const id of ids) await seedDevice(server.db, { id, asset_tag: id.toUpperCase() });
  return ids;
}

const get = async (url: string) => (await server.as(OFFICER, { method: 'GET', url })).json();
const post = (url: string, payload?: object) =>
  server.as(OFFICER, { method: 'POST', url, ...(payload === undefined ? {} : { payload }) });
const notices = () => server.db.selectFrom('notices').select(['id', 'breaches', 'status']).orderBy('id').execute();
const tell = () =>
  tellIct(server.db, ORGANISATION, {
    now: server.clock.now(),
    random: server.random,
    origin: 'https://beadle.example',
  });

describe('340 laptops that fail one rule within an hour', () => {
  it('are one item, one message and one decision', { timeout: 120_000 }, async () => {
    const ids = await fleet('hit', 340);
    for (const id of ids) {
      await found(id, { rule: 'encryption' });
      server.clock.pass(10_000);
    }
    await tell();

    const { items } = await get('/api/v1/clusters');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ rule: 'encryption', breaches: 340, open: 340, devices: 340, unacknowledged: 340 });
    const made = await notices();
    expect(made).toHaveLength(1);
    expect(JSON.parse(made[0]?.breaches ?? '[]')).toHaveLength(340);

    const { ref } = items[0];
    const decided = await post(`/api/v1/clusters/${ref}/triage`, {
      decision: 'not-a-breach',
      reason: 'A driver lied.',
    });
    expect(decided.json()).toEqual({ ref, breaches: 340 });
    const left = await get('/api/v1/breaches?status=suspected&limit=500');
    expect(left.items).toEqual([]);
    expect((await get('/api/v1/clusters')).items).toEqual([]);
    const audited = await server.db
      .selectFrom('audit')
      .select('target')
      .where('action', '=', 'breach-triaged')
      .execute();
    expect(audited).toEqual([{ target: `cluster:${ref}` }]);
  });

  it('bring a second message once the first item has ended', async () => {
    await found('hit-0', { rule: 'encryption' });
    expect(await notices()).toHaveLength(2);
  });
});

describe('an item', () => {
  it('tells of what joined it while its message waited, in that message', async () => {
    const [one = '', two = '', three = ''] = await fleet('waiting', 3);
    server.clock.pass(MINUTE);
    await found(one, { rule: 'firewall', severity: 'medium' });
    await found(two, { rule: 'firewall', severity: 'medium' });
    const before = (await notices()).length;
    await tell();
    await found(three, { rule: 'firewall', severity: 'medium' });
    await tell();
    const made = await notices();
    expect(made).toHaveLength(before + 1);
    expect(JSON.parse(made.at(-1)?.breaches ?? '[]')).toHaveLength(3);
  });

  it('hands on who has seen it, and whose it is', async () => {
    const [late = ''] = await fleet('late', 1);
    const { items } = await get('/api/v1/clusters');
    const { ref } = items.find((one: { rule: string }) => one.rule === 'firewall');
    await post(`/api/v1/clusters/${ref}/acknowledgement`);
    await post(`/api/v1/clusters/${ref}/owner`, { owner: 'Robin' });
    await found(late, { rule: 'firewall', severity: 'medium' });
    const { items: joined } = await get(`/api/v1/breaches?device=${late.toUpperCase()}`);
    expect(joined[0]).toMatchObject({ status: 'acknowledged', cluster: ref });
    expect(await get(`/api/v1/clusters/${ref}`)).toMatchObject({ open: 4, unacknowledged: 0, owner: 'Robin' });
  });

  it('is as grave as the gravest of its breaches, not as the last of them by the alphabet', async () => {
    const { items } = await get('/api/v1/clusters');
    const { ref } = items.find((one: { rule: string }) => one.rule === 'firewall');
    expect(await get(`/api/v1/clusters/${ref}`)).toMatchObject({ severity: 'medium' });
    const { items: members } = await get('/api/v1/breaches?rule=firewall');
    await server.db.updateTable('breaches').set({ severity: 'critical' }).where('ref', '=', members[0].ref).execute();
    expect(await get(`/api/v1/clusters/${ref}`)).toMatchObject({ severity: 'critical' });
  });

  it('takes nothing in after a day: whoever was told of it hears of what comes later', async () => {
    const [next = ''] = await fleet('next', 1);
    const before = (await notices()).length;
    server.clock.pass(25 * 60 * MINUTE);
    await found(next, { rule: 'firewall', severity: 'medium' });
    await tell();
    expect(await notices()).toHaveLength(before + 1);
  });

  it('is never made of what people did', async () => {
    const [one = '', two = ''] = await fleet('person', 2);
    await found(one, { rule: 'sticks', kind: 'event', subject: 'S1', severity: 'high' });
    await found(two, { rule: 'sticks', kind: 'event', subject: 'S1', severity: 'high' });
    const { items } = await get('/api/v1/breaches?rule=sticks');
    expect(items.map((one_: { cluster: unknown }) => one_.cluster)).toEqual([null, null]);
  });
});
