import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLER_ROLES } from '../../src/people/permissions.ts';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedDevice, seedState } from '../support/seed.ts';

let server: ConsoleServer;
let worker: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  worker = await server.signIn('worker', 'Sam Rivers');
});
afterAll(() => server.close());

const send = (fields: Record<string, string>, browser = worker) => browser.post('/report', fields, '/report');
const last = () =>
  server.db.selectFrom('breaches').selectAll().orderBy('ref', 'desc').limit(1).executeTakeFirstOrThrow();

describe('the form by which anybody reports', () => {
  it.each(CALLER_ROLES)('is there for %s', async (role) => {
    const browser = await server.signIn(role);
    const { statusCode, body } = await browser.get('/report');
    expect(statusCode).toBe(200);
    expect(body).toContain('Report something');
  });

  it('is for a worker, too, who sees no breach and nobody’s device', async () => {
    const home = await worker.get('/');
    expect([home.statusCode, home.headers.location]).toEqual([303, '/my-device']);
    const { body } = await worker.get('/report');
    for (const hidden of ['/breaches', '/devices', '/people', '/registers'])
      expect(body).not.toContain(`href="${hidden}"`);
    expect((await worker.get('/breaches')).body).toContain('You cannot do this');
  });

  it('needs a sign-in, and the token of the page', async () => {
    const out = await server.app.inject({ url: '/report', headers: { accept: 'text/html' } });
    expect([out.statusCode, out.headers.location]).toEqual([303, '/sign-in?next=%2Freport']);
    expect((await worker.post('/report', { description: 'x' }, '/accessibility')).statusCode).toBe(303);
    const forged = await server.app.inject({
      method: 'POST',
      url: '/report',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: worker.cookie },
      payload: 'description=x',
    });
    expect(forged.statusCode).toBe(403);
  });

  it('asks for what happened and nothing else', async () => {
    const empty = await send({ category: 'paper' });
    expect(empty.statusCode).toBe(400);
    expect(empty.body).toMatch(/<title>\s*Error: Report something/);
    expect(empty.body).toContain('Enter what happened');
    expect(empty.body).toMatch(/value="paper" checked/);
    const sent = await send({ description: 'I sent a list to the wrong Smith. It had addresses.' });
    expect(sent.statusCode).toBe(303);
    expect(await last()).toMatchObject({ subject: 'I sent a list to the wrong Smith', kind: 'person' });
  });

  it('shows the reference at once, to whoever reported and to nobody else', async () => {
    const sent = await send({ description: 'A folder is gone' });
    const shown = String(sent.headers.location);
    const { ref } = await last();
    expect(shown).toBe(`/report/${ref}`);
    const { body } = await worker.get(shown);
    expect(body).toContain(ref);
    expect(body).not.toContain(`/breaches/${ref}`);
    const other = await server.signIn('worker', 'Kit Marsh');
    expect((await other.get(shown)).statusCode).toBe(404);
    expect((await worker.get('/report/BR-2026-999999')).statusCode).toBe(404);
  });

  it('keeps what is asked of something lost, and how the device was last known', async () => {
    const device = await seedDevice(server.db, { asset_tag: 'DBC-LOST' });
    await seedState(server.db, device.id);
    const lost = {
      description: 'My laptop is gone',
      category: 'stolen',
      'lastSeenAt-day': '3',
      'lastSeenAt-month': '6',
      'lastSeenAt-year': '2026',
      'lastSeenAt-time': '5:15pm',
      policeReference: '41/12345/26',
    };
    const unknown = await send({ ...lost, device: 'DBC-NONE' });
    expect(unknown.body).toContain('No council device has this asset tag');
    expect((await send({ ...lost, device: 'no tag!' })).body).toContain('The asset tag must be as on the label');
    expect((await send({ ...lost, device: 'DBC-LOST' })).statusCode).toBe(303);
    const row = await last();
    expect(row).toMatchObject({ category: 'stolen', severity: 'high', device: device.id });
    expect(JSON.parse(row.report ?? '{}')).toMatchObject({
      by: 'Sam Rivers',
      lastSeenAt: '2026-06-03T16:15:00.000Z',
      policeReference: '41/12345/26',
    });
    const officer = await server.signIn('information-security-team-leader');
    const desk = (await officer.get(`/breaches/${row.ref}`)).body;
    for (const words of ['When it was last seen', '3 June 2026 at 5:15pm', 'Crime reference', 'When it was reported'])
      expect(desk).toContain(words);
  });

  it('refuses a time to come, and stays text whatever is written', async () => {
    const evil = '"><img src=x onerror=alert(1)>';
    const { body } = await send({
      description: evil,
      'happenedAt-day': '1',
      'happenedAt-month': '1',
      'happenedAt-year': '2099',
    });
    expect(body).toContain('When it happened must be in the past');
    expect(body).not.toContain('<img src=x');
    await send({ description: evil, information: evil });
    const officer = await server.signIn('information-security-team-leader');
    for (const url of [`/breaches/${(await last()).ref}`, '/breaches', '/'])
      expect((await officer.get(url)).body).not.toContain('<img src=x');
  });
});
