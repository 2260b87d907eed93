import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standingOfRules } from '../../src/breaches/standing.ts';
import { judgeFleet } from '../../src/judging/job.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice } from '../support/seed.ts';

const [MINUTE, DAY] = [60_000, 86_400_000];
let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const rule = (id: string, more: string) => `  - id: ${id}
    clause: "5.3"
    says: Users must take due care of devices.
    check: contact
    ${more}
`;
let versions = 0;
async function putPolicy(...rules: readonly string[]): Promise<void> {
  versions += 1;
  const payload = `beadlePolicy: 1
title: Remote and Home Working Policy
organisation: Test Council
version: "${versions}"
effectiveFrom: 2026-01-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:${rules.length === 0 ? ' []' : ''}
${rules.join('')}`;
  const headers = { 'content-type': 'application/yaml' };
  const { statusCode, body } = await server.as('administrator', {
    method: 'POST',
    url: '/api/v1/policies',
    payload,
    headers,
  });
  if (statusCode >= 300) throw new Error(body);
}
const SILENT = rule('silent', 'require: { checkInAtMost: P21D }\n    severity: low\n    mode: report\n    duty: ict');

/** The server is there all the time: a beat a quarter of an hour would say the same. */
async function pass(days: number): Promise<void> {
  server.clock.pass(days * DAY);
  const last = await server.db.selectFrom('uptime').select('began_at').orderBy('began_at', 'desc').executeTakeFirst();
  const beat = server.db.updateTable('uptime').set({ last_beat_at: server.clock.now() });
  await beat.where('began_at', '=', last?.began_at ?? 0).execute();
  await judge();
}
const judge = () => server.app.jobs.runDue();
const enrolled = (given: Parameters<typeof seedDevice>[1] = {}) =>
  seedDevice(server.db, { last_contact_at: server.clock.now(), enrolled_at: server.clock.now(), ...given });

const breaches = () =>
  server.db.selectFrom('breaches').select(['ref', 'device', 'rule', 'status', 'severity', 'ended_at']).execute();
const states = async (assetTag: string) =>
  (await server.as('auditor', { url: `/api/v1/devices/${assetTag}/states` })).json().items;
const change = (assetTag: string, payload: object) =>
  server.as('ict-operator', { method: 'PATCH', url: `/api/v1/devices/${assetTag}`, payload });
/** But for the head of the audit log, which the SIRO has each month. */
const mails = () =>
  server.db
    .selectFrom('notices')
    .select(['role', 'title', 'body', 'breaches'])
    .where('event', 'not like', 'audit.anchor:%')
    .execute();

describe('a device that is not heard from', () => {
  it('opens one breach for ICT, stands in the verdicts, and is no finding', async () => {
    await putPolicy(SILENT);
    const { asset_tag } = await enrolled();
    await judge();
    await pass(20);
    expect(await breaches()).toEqual([]);
    await pass(2);
    await pass(2);
    expect(await breaches()).toMatchObject([{ rule: 'silent', status: 'suspected', severity: 'low' }]);
    expect(await states(asset_tag)).toMatchObject([{ rule: 'silent', verdict: 'fail', judgedBy: 'server' }]);
    const { verdicts } = (await server.as('auditor', { url: `/api/v1/devices/${asset_tag}` })).json();
    expect(verdicts).toMatchObject({ fail: 1, pass: 0 });
    expect((await server.as('auditor', { url: '/api/v1/findings' })).json().items).toEqual([]);
    const [{ ref } = { ref: '' }] = await breaches();
    const report = await server.as('auditor', { url: `/api/v1/breaches/${ref}/report?format=json` });
    expect([report.statusCode, report.json().history]).toEqual([200, []]);
  });

  it('is only counted where the rule observes, and nothing is kept where it is off or gone', async () => {
    const observing = SILENT.replace('mode: report', 'mode: observe');
    await putPolicy(observing);
    const { asset_tag } = await enrolled();
    await judge();
    await pass(22);
    expect(await breaches()).toEqual([]);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'fail' }]);
    expect(await standingOfRules(server.db, ORGANISATION, server.clock.now())).toMatchObject([
      { rule: 'silent', mode: 'observe', failing: 1, inGrace: 0 },
    ]);
    await putPolicy(SILENT);
    await pass(0.1);
    expect(await breaches()).toMatchObject([{ status: 'suspected' }]);
    await putPolicy(SILENT.replace('mode: report', 'mode: off'));
    await pass(0.1);
    expect(await states(asset_tag)).toEqual([]);
    expect(await breaches()).toMatchObject([{ status: 'restored' }]);
  });

  it('has the grace that the policy gives', async () => {
    await putPolicy(SILENT.replace('duty: ict', 'duty: ict\n    grace: P7D'));
    await enrolled();
    await judge();
    await pass(22);
    await pass(6);
    expect(await breaches()).toEqual([]);
    await pass(1.1);
    expect(await breaches()).toHaveLength(1);
  });

  it('is not called silent by a server that was itself away', async () => {
    await putPolicy(SILENT);
    const { asset_tag } = await enrolled();
    await judge();
    server.clock.pass(60 * DAY);
    await judge();
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'pass' }]);
    await pass(22);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'fail' }]);
  });

  it('is not judged where the rule does not cover it', async () => {
    await putPolicy(SILENT.replace('duty: ict', 'duty: ict\n    covers: { kinds: [laptop], populations: [employee] }'));
    const [desktop, laptop] = [await enrolled({ kind: 'desktop' }), await enrolled()];
    await judge();
    await pass(30);
    expect(await states(desktop.asset_tag)).toMatchObject([{ verdict: 'not-applicable', reason: 'not-covered' }]);
    expect(await states(laptop.asset_tag)).toMatchObject([{ verdict: 'unknown', reason: 'nothing-to-compare' }]);
    expect(await breaches()).toEqual([]);
  });
});

describe('the state that ICT gives a device', () => {
  it('ends the breach at once, with who, when and why in the audit log', async () => {
    await putPolicy(SILENT);
    const { asset_tag } = await enrolled();
    await judge();
    await pass(22);
    const answer = await change(asset_tag, { state: 'in-store', stateReason: 'A spare for the service desk' });
    expect([answer.statusCode, answer.json().state]).toEqual([200, 'in-store']);
    expect(await breaches()).toMatchObject([{ status: 'restored' }]);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'not-applicable', reason: 'in-store' }]);
    const audit = await server.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'device-state-changed')
      .execute();
    expect(audit.map(({ actor, target, detail }) => [actor, target, JSON.parse(detail)])).toEqual([
      [
        'token:ict-operator',
        `device:${asset_tag}`,
        { from: 'in-service', to: 'in-store', until: null, why: 'A spare for the service desk' },
      ],
    ]);
    await pass(60);
    await change(asset_tag, { state: 'in-service' });
    await pass(20);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'pass' }]);
    await pass(2);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'fail' }]);
  });

  it('ends by itself where it is quiet until a date, which carries no reason', async () => {
    await putPolicy(SILENT);
    const { asset_tag } = await enrolled();
    const quietUntil = '2026-08-01';
    expect((await change(asset_tag, { state: 'quiet', quietUntil, stateReason: 'ill' })).statusCode).toBe(400);
    expect((await change(asset_tag, { state: 'quiet', quietUntil })).json()).toMatchObject({ quietUntil });
    await judge();
    await pass(50);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'not-applicable', reason: 'quiet' }]);
    await pass(20);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'pass' }]);
    await pass(30);
    expect(await states(asset_tag)).toMatchObject([{ verdict: 'fail' }]);
  });

  it.each([
    { state: 'lost' },
    { state: 'quiet' },
    { state: 'quiet', quietUntil: '2026-02-30' },
    { state: 'quiet', quietUntil: '2026-06-04' },
    { state: 'quiet', quietUntil: '2030-01-01' },
    { state: 'in-store', quietUntil: '2026-08-01' },
    { quietUntil: '2026-08-01' },
    { stateReason: 'none' },
  ])('refuses %j', async (asked) => {
    const { asset_tag } = await enrolled();
    expect((await change(asset_tag, asked)).statusCode).toBe(400);
  });
});

describe('the list of the week', () => {
  it('is one message to the officer for every silent device, and one more to ICT where it has an address', async () => {
    await putPolicy(SILENT, SILENT.replace('id: silent', 'id: long').replace('P21D', 'P22D').replace('low', 'medium'));
    for (let count = 0; count < 30; count += 1) await enrolled();
    await judge();
    await pass(23);
    expect(await breaches()).toHaveLength(60);
    await pass(8);
    const sent = await mails();
    expect(sent.map(({ role, title }) => [role, title])).toEqual([
      ['information-security-team-leader', '30 devices not seen lately'],
    ]);
    expect(sent[0]?.body.match(/; medium; BR-/g)).toHaveLength(30);
    expect(JSON.parse(sent[0]?.breaches ?? '[]')).toHaveLength(60);
    await pass(7);
    expect(await mails()).toHaveLength(2);
  });

  it('is not sent where there is nothing to tell', async () => {
    await putPolicy(SILENT);
    await enrolled();
    await judge();
    await pass(15);
    expect(await mails()).toEqual([]);
  });
});

describe('a fleet of any size', () => {
  it('lets others have their turn between two batches', async () => {
    await putPolicy(SILENT);
    for (let count = 0; count < 450; count += 1) await enrolled();
    const { clock, random } = server;
    const round = { now: clock.now(), random, origin: 'http://test', signal: new AbortController().signal };
    await judgeFleet(server.db, ORGANISATION, round);
    let turns = 0;
    const [looking, isOver] = [new AbortController(), () => looking.signal.aborted];
    const others = (async () => {
      for (; !isOver(); turns += 1) await turn();
    })();
    // Nothing differs any more: it only looks, at 450 in three batches.
    await judgeFleet(server.db, ORGANISATION, round);
    looking.abort();
    await others;
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('goes on where a lease was too short for it, and writes nothing where nothing changed', async () => {
    await putPolicy(SILENT);
    for (let count = 0; count < 450; count += 1) await enrolled();
    const { clock, random } = server;
    const round = { now: clock.now(), random, origin: 'http://test' };
    const first = await judgeFleet(server.db, ORGANISATION, { ...round, signal: AbortSignal.abort() });
    expect([first.looked, first.stoppedAt !== null]).toEqual([200, true]);
    const rest = { ...round, after: first.stoppedAt ?? '', signal: new AbortController().signal };
    expect(await judgeFleet(server.db, ORGANISATION, rest)).toMatchObject({ looked: 250, stoppedAt: null });
    const count = async () =>
      Number(
        (
          await server.db
            .selectFrom('judged_states')
            .select((row) => row.fn.countAll().as('n'))
            .executeTakeFirst()
        )?.n,
      );
    expect(await count()).toBe(450);
    const before = server.logged.length;
    await judge();
    expect(server.logged.slice(before)).toEqual([]);
  });
});

const act = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('away' as const), days: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('call' as const), days: fc.constant(0) }),
  fc.record({ kind: fc.constant('store' as const), days: fc.constant(0) }),
  fc.record({ kind: fc.constant('serve' as const), days: fc.constant(0) }),
);

describe('whatever happens', () => {
  it('there is never more than one open breach of a device and rule, and it stands exactly while the rule fails', async () => {
    await putPolicy(SILENT);
    await judge();
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 15 }), async (acts) => {
        const { id, asset_tag } = await enrolled();
        let [silent, stored] = [0, false];
        for (const { kind, days } of acts) {
          if (kind === 'pass') await pass(days);
          if (kind === 'away') {
            server.clock.pass(days * DAY);
            await judge();
          }
          if (kind === 'call') {
            await server.db
              .updateTable('devices')
              .set({ last_contact_at: server.clock.now() })
              .where('id', '=', id ?? '')
              .execute();
            await pass((20 * MINUTE) / DAY);
          }
          if (kind === 'store' || kind === 'serve')
            await change(asset_tag, { state: kind === 'store' ? 'in-store' : 'in-service' });
          stored = kind === 'store' || (stored && kind !== 'serve');
          silent = kind === 'pass' ? silent + days : kind === 'away' ? silent : 0;
          const open = (await breaches()).filter(({ device, ended_at }) => device === id && ended_at === null);
          const judged = (await states(asset_tag))[0]?.verdict ?? 'pass';
          expect(judged === 'fail' ? 1 : 0).toBe(open.length);
          expect(judged === 'fail' && (silent <= 20 || stored)).toBe(false);
          expect(stored && kind !== 'call' && judged !== 'not-applicable').toBe(false);
        }
      }),
      { numRuns: 12 },
    );
  });
});
