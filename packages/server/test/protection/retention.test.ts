import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../src/audit/verify.ts';
import { verifyChains } from '../../src/carry/chains.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice, seedEvent, seedEvidence, seedNotice, seedState } from '../support/seed.ts';
import { ago, heldOf, seedChain } from './chains.ts';

let server: TestServer;
let now: number;
beforeEach(async () => {
  server = await startTestServer();
  now = server.clock.now();
});
afterEach(() => server.close());

const LAPTOP = 'device-one';
const laptop = () => seedDevice(server.db, { id: LAPTOP, asset_tag: 'DBC-00001', holder: 'sam.rivers' });

/** The night that comes. */
async function night(): Promise<void> {
  server.clock.pass(86_400_000);
  now = server.clock.now();
  await server.app.jobs.runDue();
}
const runs = async () => {
  const rows = await server.db
    .selectFrom('audit')
    .selectAll()
    .where('action', '=', 'retention-applied')
    .orderBy('sequence')
    .execute();
  return rows.map(({ detail }) => JSON.parse(detail).erased);
};
const hold = async (payload: object) => {
  const answer = await server.as('data-protection-officer', { method: 'POST', url: '/api/v1/legal-holds', payload });
  expect(answer.statusCode).toBe(201);
  return answer.json().ref as string;
};
const end = (ref: string) =>
  server.as('data-protection-officer', {
    method: 'POST',
    url: `/api/v1/legal-holds/${ref}/end`,
    payload: { reason: 'The claim is settled.' },
  });
const rests = (breach: string, sequence: number) =>
  seedEvidence(server.db, breach, { device: LAPTOP, generation: 1, sequence });

describe('findings', () => {
  it('that no breach rests on go after 90 days, and their chain still verifies', async () => {
    await laptop();
    await seedChain(server.db, LAPTOP, [
      { received_at: ago(now, 91), at: ago(now, 91) },
      { received_at: ago(now, 88), at: ago(now, 88) },
    ]);
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([2]);
    const erased = await server.db
      .selectFrom('findings')
      .selectAll()
      .where('sequence', '=', 1)
      .executeTakeFirstOrThrow();
    expect(erased).toMatchObject({ body: null, subject: '', reason: null, rule: 'no-sticks', verdict: 'fail' });
    expect([erased.at % 86_400_000, erased.received_at % 86_400_000]).toEqual([0, 0]);
    expect(await verifyChains(server.db)).toEqual({ chains: 1, broken: [] });
    expect(await runs()).toEqual([
      { findings: 1, breaches: 0, rights: 0, orders: 0, pauses: 0, messages: 0, people: 0 },
    ]);
    expect(await verifyAudit(server.db, ORGANISATION)).toMatchObject({ intact: true });
  });

  it('that say what holds now stay, however old they are', async () => {
    await laptop();
    await seedChain(server.db, LAPTOP, [{ received_at: ago(now, 700), kind: 'state', verdict: 'pass' }]);
    await seedState(server.db, LAPTOP, { sequence: 1 });
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([1]);
  });

  it('go with the breach that rests on them: an open one keeps them, a dismissed one for 30 days, another six years', async () => {
    await laptop();
    await seedChain(
      server.db,
      LAPTOP,
      Array.from({ length: 6 }, () => ({ received_at: ago(now, 3000) })),
    );
    const ended = (id: string, days: number | null, status: string) =>
      seedBreach(server.db, LAPTOP, { id, status, rule: id, ended_at: days === null ? null : ago(now, days) });
    await ended('open', null, 'confirmed');
    await ended('young', 28, 'not-a-breach');
    await ended('dismissed', 31, 'not-a-breach');
    await ended('confirmed', 2000, 'closed');
    await ended('old', 2200, 'closed');
    for (const [index, id] of ['open', 'young', 'dismissed', 'confirmed', 'old'].entries()) await rests(id, index + 1);
    // The same finding for two breaches is kept for the longer.
    await rests('old', 6);
    await rests('open', 6);
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([1, 2, 4, 6]);
    expect(await verifyChains(server.db)).toEqual({ chains: 1, broken: [] });
  });

  it('are gone through in parts, as many as there are, and counted once', async () => {
    await laptop();
    await seedChain(
      server.db,
      LAPTOP,
      Array.from({ length: 2600 }, (_, n) => ({ received_at: ago(now, 120) + (n % 7) })),
    );
    await seedBreach(server.db, LAPTOP, { id: 'open' });
    for (let sequence = 1; sequence <= 600; sequence += 1) await rests('open', sequence);
    await night();
    expect((await heldOf(server.db, LAPTOP)).length).toBe(600);
    await night();
    expect(await runs()).toMatchObject([{ findings: 2000 }, { findings: 0 }]);
    expect(await verifyChains(server.db)).toEqual({ chains: 1, broken: [] });
  });

  it('are gone through again where a clock was put back', async () => {
    await night();
    const due = { run_at: 0, status: 'waiting' };
    await server.db
      .updateTable('jobs')
      .set(due)
      .where('kind', '=', 'retention')
      .where('status', '=', 'waiting')
      .execute();
    await server.app.jobs.runDue();
    expect(await runs()).toHaveLength(2);
  });

  it('go on from where a server stopped', async () => {
    await laptop();
    await seedChain(
      server.db,
      LAPTOP,
      Array.from({ length: 3 }, () => ({ received_at: ago(now, 120) })),
    );
    const run = { started_at: now, phase: 'findings', place: null, erased: '{"findings":7}', ended_at: null };
    await server.db
      .insertInto('retention_runs')
      .values({ organisation: ORGANISATION, ...run })
      .execute();
    await night();
    expect(await runs()).toEqual([
      { findings: 10, breaches: 0, rights: 0, orders: 0, pauses: 0, messages: 0, people: 0 },
    ]);
  });
});

describe('a legal hold', () => {
  it.each([
    ['device', 'DBC-00001'],
    ['person', 'sam.rivers'],
    ['breach', 'BR-2020-000001'],
  ])('on a %s keeps what it says until it ends', async (kind, target) => {
    await laptop();
    await server.as('administrator', {
      method: 'POST',
      url: '/api/v1/people',
      payload: { account: 'sam.rivers', name: 'Sam Rivers', population: 'employee' },
    });
    await seedChain(server.db, LAPTOP, [{ received_at: ago(now, 3000) }]);
    await seedBreach(server.db, LAPTOP, { id: 'old', ref: 'BR-2020-000001', ended_at: ago(now, 2500) });
    await rests('old', 1);
    await seedNotice(server.db, 'old', { created_at: ago(now, 2900) });
    const ref = await hold({ kind, target, reason: 'A claim was made.' });
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([1]);
    expect(await runs()).toEqual([
      { findings: 0, breaches: 0, rights: 0, orders: 0, pauses: 0, messages: 0, people: 0 },
    ]);
    expect((await end(ref)).json()).toMatchObject({ inForce: false, endReason: 'The claim is settled.' });
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([]);
    expect((await runs()).at(-1)).toEqual({
      findings: 1,
      breaches: 1,
      rights: 0,
      orders: 0,
      pauses: 0,
      messages: 1,
      people: 0,
    });
  });

  it('ends by itself when its time comes', async () => {
    await laptop();
    await seedChain(server.db, LAPTOP, [{ received_at: ago(now, 100) }]);
    await hold({ kind: 'device', target: 'DBC-00001', reason: 'A request.', until: '2026-06-06T00:00:00Z' });
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([1]);
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([]);
  });

  it('is placed on what is there, by whoever may, and ended once', async () => {
    const ask = (role: 'auditor' | 'data-protection-officer', payload: object) =>
      server.as(role, { method: 'POST', url: '/api/v1/legal-holds', payload });
    const one = { kind: 'device', target: 'DBC-00009', reason: 'Why not?' };
    expect((await ask('auditor', one)).statusCode).toBe(403);
    expect((await ask('data-protection-officer', one)).json()).toMatchObject({ code: 'device-unknown' });
    await laptop();
    const ref = await hold({ ...one, target: 'DBC-00001' });
    expect((await end(ref)).statusCode).toBe(200);
    expect((await end(ref)).json()).toMatchObject({ code: 'conflict' });
    const { items } = (await server.as('data-protection-officer', { url: '/api/v1/legal-holds' })).json();
    expect(items).toMatchObject([{ ref, kind: 'device', target: 'DBC-00001', inForce: false }]);
    expect(JSON.stringify(await server.db.selectFrom('audit').select('detail').execute())).not.toContain('Why not');
  });
});

describe('what a breach says', () => {
  it('goes six years after its end, with who worked on it; its page is still there', async () => {
    await laptop();
    await seedBreach(server.db, LAPTOP, {
      id: 'old',
      ref: 'BR-2020-000001',
      kind: 'person',
      subject: 'Sam lost it',
      status: 'closed',
      acknowledged_by: 'kim',
      report: '{"by":"sam.rivers","description":"I lost it"}',
      ended_at: ago(now, 2300),
    });
    await seedEvent(server.db, 'old', { actor: 'kim', type: 'reported', detail: '{"note":"Sam"}' });
    await night();
    const page = await server.as('information-security-team-leader', { url: '/api/v1/breaches/BR-2020-000001' });
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/Sam|sam\.rivers|kim|lost it/);
    const report = await server.as('information-security-team-leader', {
      url: '/api/v1/breaches/BR-2020-000001/report',
    });
    expect(report.statusCode).toBe(200);
  });
});

describe('people who are gone', () => {
  const person = (account: string, name: string) =>
    server.as('administrator', {
      method: 'POST',
      url: '/api/v1/people',
      payload: { account, name, population: 'employee' },
    });

  it('go after a year, unless something kept names them', async () => {
    await person('kim.moss', 'Kim Moss');
    await person('ada.stone', 'Ada Stone');
    await seedBreach(server.db, null, { report: '{"by":"Ada Stone"}' });
    await server.db
      .updateTable('people')
      .set({ gone_at: ago(now, 400) })
      .execute();
    await night();
    expect(await server.db.selectFrom('people').select('account').execute()).toEqual([{ account: 'ada.stone' }]);
    expect(await server.db.selectFrom('hand_changes').select('row_key').distinct().execute()).not.toContainEqual({
      row_key: 'kim.moss',
    });
  });
});

describe('the times', () => {
  const url = '/api/v1/organisation';
  const put = async (retention: object) => {
    const before = (await server.as('auditor', { url })).json();
    const payload = { ...before, retention: { ...before.retention, ...retention } };
    return server.as('information-security-team-leader', { method: 'PUT', url, payload });
  };

  it.each([
    [{ findings: 'P1D' }, 'body.retention.findings'],
    [{ breaches: 'P99Y' }, 'body.retention.breaches'],
    [{ people: 'soon' }, 'body.retention.people'],
  ])('refuse %j', async (retention, field) => {
    const answer = await put(retention);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors.map((one: { field: string }) => one.field)).toContain(field);
  });

  it('hold from the next night on', async () => {
    await laptop();
    await seedChain(server.db, LAPTOP, [{ received_at: ago(now, 40) }]);
    expect((await put({ findings: 'P30D' })).statusCode).toBe(200);
    await night();
    expect(await heldOf(server.db, LAPTOP)).toEqual([]);
  });
});
