import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let [officer, auditor]: Browser[] = [];

beforeAll(async () => {
  server = await startConsoleServer();
  await seedDevice(server.db, { id: 'device-one', asset_tag: 'DBC-00001', holder: 'sam.rivers' });
  const person = { account: 'sam.rivers', name: 'Sam Rivers', population: 'employee' };
  await server.as('administrator', { method: 'POST', url: '/api/v1/people', payload: person });
  officer = await server.signIn('data-protection-officer', 'Dana Officer');
  auditor = await server.signIn('auditor', 'Alex Auditor');
});
afterAll(() => server.close());

const get = async (url: string, by = officer) => {
  const answer = await by?.get(url);
  return { status: answer?.statusCode, body: answer?.body ?? '' };
};
const post = (url: string, fields: Record<string, string>, from: string) => officer?.post(url, fields, from);

describe('legal holds', () => {
  it('are reached from the settings by whoever may place them', async () => {
    expect((await get('/settings')).body).toContain('href="/legal-holds"');
    expect((await get('/settings', auditor)).body).not.toContain('href="/legal-holds"');
    expect((await get('/legal-holds', auditor)).status).toBe(403);
    expect((await get('/legal-holds')).body).toContain('No legal hold has been placed.');
  });

  it('ask for what is missing, and for what is there', async () => {
    const empty = await post('/legal-holds', {}, '/legal-holds/new');
    expect(empty?.statusCode).toBe(400);
    for (const text of ['Select what must be kept', 'Enter a reference, an asset tag', 'Enter why it must be kept'])
      expect(empty?.body).toContain(text);
    const wrong = { kind: 'device', target: 'DBC-99999', reason: 'A <b>claim</b>' };
    const answer = await post('/legal-holds', wrong, '/legal-holds/new');
    expect(answer?.body).toContain('Enter a reference, an asset tag or an account that is there');
    expect(answer?.body).toContain('A &lt;b&gt;claim&lt;/b&gt;');
    const past = { ...wrong, target: 'DBC-00001', 'until-day': '1', 'until-month': '1', 'until-year': '2020' };
    expect((await post('/legal-holds', past, '/legal-holds/new'))?.body).toContain('Enter a day in the future');
  });

  it('are placed, and ended with a reason', async () => {
    const hold = { kind: 'device', target: 'DBC-00001', reason: 'A claim' };
    const days = { 'until-day': '27', 'until-month': '3', 'until-year': '2027' };
    const placed = await post('/legal-holds', { ...hold, ...days }, '/legal-holds/new');
    expect([placed?.statusCode, placed?.headers.location]).toEqual([303, '/legal-holds?done=placed']);
    const { body } = await get('/legal-holds?done=placed');
    for (const text of ['LH-2026-000001', 'DBC-00001', 'In force', 'A claim', '28 March 2027', 'Dana Officer'])
      expect(body).toContain(text);
    const path = '/legal-holds/LH-2026-000001/end';
    expect((await post(path, {}, path))?.body).toContain('Enter why');
    expect((await post(path, { reason: 'Settled' }, path))?.headers.location).toBe('/legal-holds?done=ended');
    expect((await get('/legal-holds')).body).toContain('Ended: Settled');
    expect((await post(path, { reason: 'Again' }, path))?.body).toContain('This legal hold has ended already.');
  });
});

describe('how long things are kept', () => {
  it('stands in the settings and on the page of whoever holds a device, as it is in force', async () => {
    const url = '/api/v1/organisation';
    const before = (await server.as('auditor', { url })).json();
    const payload = { ...before, retention: { ...before.retention, findings: 'P45D' } };
    await server.as('information-security-team-leader', { method: 'PUT', url, payload });
    expect((await get('/settings')).body).toContain('45 days');
    const holder = await server.signIn('worker', 'Sam Rivers');
    expect((await get('/my-device', holder)).body).toContain('for 45 days');
  });
});

describe('what is held about a person', () => {
  it('is given from their page, by whoever may', async () => {
    expect((await get('/people/sam.rivers')).body).toContain('/people/sam.rivers/export');
    expect((await get('/people/sam.rivers', auditor)).body).not.toContain('/export');
    const answer = await officer?.get('/people/sam.rivers/export');
    expect(answer?.headers['content-disposition']).toContain('what-is-held.json');
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      person: { account: 'sam.rivers' },
      writtenFor: 'Dana Officer',
    });
  });

  it('is erased with a reason, once nothing is open', async () => {
    const path = '/people/sam.rivers/erase';
    const breach = await seedBreach(server.db, 'device-one');
    expect((await get(path)).body).toContain('Are you sure that you want to erase Sam Rivers?');
    expect((await post(path, {}, path))?.body).toContain('Enter why');
    expect((await post(path, { reason: 'Asked' }, path))?.body).toContain(`Breach ${breach.ref}, which is open,`);
    await server.db.updateTable('breaches').set({ ended_at: 1 }).execute();
    const done = await post(path, { reason: 'Asked' }, path);
    expect([done?.statusCode, done?.headers.location]).toEqual([303, '/people?done=erased']);
    expect((await get('/people?done=erased')).body).toContain('The person has been erased.');
    expect((await get('/people/sam.rivers')).status).toBe(404);
  });
});
