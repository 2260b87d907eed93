import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice } from '../support/seed.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await seedDevice(server.db, { asset_tag: 'DBC-00001', id: 'device-one' });
});
afterAll(() => server.close());

const url = '/api/v1/helpdesk-records';
const report = (payload: object, role: CallerRole = 'worker') => server.as(role, { method: 'POST', url, payload });
const read = async (role: CallerRole, query = '') => (await server.as(role, { url: `${url}${query}` })).json();
const close = (ref: string, role: CallerRole = 'ict-operator', reason = 'Mended.') =>
  server.as(role, { method: 'POST', url: `${url}/${ref}/closure`, payload: { reason } });
const refsOf = async (role: CallerRole, query = '') =>
  (await read(role, query)).items.map(({ ref }: { ref: string }) => ref);
const notices = async (ref: string) =>
  (
    await server.db
      .selectFrom('notices')
      .select(['role', 'title', 'body', 'breaches'])
      .where('reference', '=', ref)
      .orderBy('id')
      .execute()
  ).map((row) => row);

describe('a fault', () => {
  it('is recorded for whoever reports it, and ICT is told of it and of nothing that was written', async () => {
    const answer = await report({ kind: 'fault', device: 'DBC-00001', description: 'The key Q sticks, says Sam.' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({
      ref: 'HD-2026-000001',
      kind: 'fault',
      device: 'DBC-00001',
      description: 'The key Q sticks, says Sam.',
      happenedAt: null,
      reportedAt: '2026-06-04T08:32:00.000Z',
      reportedBy: 'token:worker',
      ictToldAt: null,
      insuranceOfficerToldAt: null,
      closedAt: null,
      closedBy: null,
      closeReason: null,
    });
    const told = await notices('HD-2026-000001');
    expect(told.map(({ role, breaches }) => [role, breaches])).toEqual([['ict-administrator', '[]']]);
    expect(JSON.stringify(told)).not.toMatch(/Sam|sticks/);
    expect(told[0]?.body).toContain('/helpdesk/HD-2026-000001');
  });

  it('is no breach, and in no figure of them', async () => {
    expect(await server.db.selectFrom('breaches').selectAll().execute()).toEqual([]);
    expect(await server.db.selectFrom('breach_events').selectAll().execute()).toEqual([]);
  });
});

describe('damage', () => {
  it('is told to the insurance officer too, and it is kept when each was told', async () => {
    const happenedAt = '2026-06-03T17:00:00.000Z';
    server.clock.pass(1000);
    await report({ kind: 'damage', description: 'Dropped on the stairs.', happenedAt });
    expect((await notices('HD-2026-000002')).map(({ role }) => role).toSorted()).toEqual([
      'ict-administrator',
      'insurance-officer',
    ]);
    server.clock.pass(5000);
    await server.app.jobs.runDue();
    const { ictToldAt, insuranceOfficerToldAt } = (
      await server.as('ict-operator', { url: `${url}/HD-2026-000002` })
    ).json();
    expect([ictToldAt, insuranceOfficerToldAt]).toEqual(['2026-06-04T08:32:06.000Z', '2026-06-04T08:32:06.000Z']);
  });

  it('is all that the insurance officer reads', async () => {
    expect(await refsOf('ict-administrator')).toEqual(['HD-2026-000002', 'HD-2026-000001']);
    expect(await refsOf('insurance-officer')).toEqual(['HD-2026-000002']);
    expect(await refsOf('insurance-officer', '?kind=fault')).toEqual([]);
    expect((await server.as('insurance-officer', { url: `${url}/HD-2026-000001` })).statusCode).toBe(404);
  });
});

describe('closing', () => {
  it('keeps who, when and why, once', async () => {
    const answer = await close('HD-2026-000001');
    expect(answer.json()).toMatchObject({ closedBy: 'token:ict-operator', closeReason: 'Mended.' });
    expect((await close('HD-2026-000001', 'ict-administrator', 'Again.')).statusCode).toBe(409);
    expect(await refsOf('ict-operator', '?open=true')).toEqual(['HD-2026-000002']);
    expect(await refsOf('ict-operator', '?open=false')).toEqual(['HD-2026-000001']);
  });

  it('is for ICT', async () => {
    for (const role of ['worker', 'insurance-officer', 'information-security-team-leader', 'auditor'] as const)
      expect([role, (await close('HD-2026-000002', role)).statusCode]).toEqual([role, 403]);
    expect((await close('HD-2026-000099')).statusCode).toBe(404);
  });

  it('stands in the audit log, as reporting does', async () => {
    const acts = await server.db.selectFrom('audit').select(['action', 'actor', 'target']).execute();
    expect(acts.filter(({ action }) => action.startsWith('helpdesk')).map(Object.values)).toEqual([
      ['helpdesk-reported', 'token:worker', 'helpdesk:HD-2026-000001'],
      ['helpdesk-reported', 'token:worker', 'helpdesk:HD-2026-000002'],
      ['helpdesk-closed', 'token:ict-operator', 'helpdesk:HD-2026-000001'],
    ]);
  });
});

describe('what does not fit', () => {
  it.each([
    [{ kind: 'breach', description: 'x' }, 'body.kind'],
    [{ kind: 'fault' }, 'body.description'],
    [{ kind: 'fault', description: '' }, 'body.description'],
    [{ kind: 'fault', description: 'x', severity: 'high' }, 'body.severity'],
    [{ kind: 'fault', description: 'x', device: '../x' }, 'body.device'],
  ])('%j is refused', async (payload, field) => {
    const answer = await report(payload);
    expect([answer.statusCode, answer.json().errors[0].field]).toEqual([400, field]);
  });

  it('is a device that is not there, or a time to come', async () => {
    expect((await report({ kind: 'fault', description: 'x', device: 'DBC-99999' })).statusCode).toBe(404);
    const later = { kind: 'fault', description: 'x', happenedAt: '2027-01-01T00:00:00.000Z' };
    expect((await report(later)).statusCode).toBe(400);
    expect(await refsOf('ict-operator')).toHaveLength(2);
  });

  it('is a reader without the permission', async () => {
    for (const role of ['worker', 'director', 'auditor'] as const)
      expect([role, (await server.as(role, { url })).statusCode]).toEqual([role, 403]);
  });

  it('is a cursor of another list, while pages follow on one another', async () => {
    expect((await server.as('ict-operator', { url: `${url}?cursor=WzFd` })).statusCode).toBe(400);
    const first = await read('ict-operator', '?limit=1');
    expect(await refsOf('ict-operator', `?limit=1&cursor=${first.nextCursor}`)).toEqual(['HD-2026-000001']);
  });
});
