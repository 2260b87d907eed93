import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let [worker, ict]: Browser[] = [];

beforeAll(async () => {
  server = await startConsoleServer();
  await seedDevice(server.db, { asset_tag: 'DBC-00001' });
  worker = await server.signIn('worker', 'Sam Rivers');
  ict = await server.signIn('ict-operator', 'Ian Technician');
});
afterAll(() => server.close());

const form = '/report/broken';
const send = (fields: Record<string, string>) => worker?.post(form, fields, form);
const get = async (url: string, by = ict) => {
  const answer = await by?.get(url);
  return { status: answer?.statusCode, body: answer?.body ?? '' };
};

describe('something that is broken', () => {
  it('is told from the page for reports, which says that it is no breach', async () => {
    const { body } = await get('/report', worker);
    expect(body).toContain('href="/report/broken"');
    expect(body).toContain('That is no breach, and stands on nobody’s record.');
  });

  it('is asked about in words where something is missing or wrong', async () => {
    const empty = await send({});
    expect(empty?.statusCode).toBe(400);
    expect(empty?.body).toContain('Choose whether something is broken or damaged');
    expect(empty?.body).toContain('Enter what is wrong');
    const unknown = await send({ kind: 'fault', description: 'Dark <b>screen</b>', device: 'DBC-99999' });
    expect(unknown?.body).toContain('No council device has this asset tag');
    expect(unknown?.body).toContain('Dark &lt;b&gt;screen&lt;/b&gt;');
    expect((await send({ kind: 'breach', description: 'x' }))?.statusCode).toBe(400);
    expect((await send({ kind: 'fault', description: 'x'.repeat(4001) }))?.statusCode).toBe(400);
  });

  it('gives whoever tells it a reference, which is theirs alone', async () => {
    const answer = await send({ kind: 'fault', description: '=1+1 on the screen', device: 'DBC-00001' });
    expect([answer?.statusCode, answer?.headers.location]).toEqual([303, '/helpdesk/reported/HD-2026-000001']);
    expect((await get('/helpdesk/reported/HD-2026-000001', worker)).body).toContain('HD-2026-000001');
    const other = await server.signIn('worker', 'Kit Marsh');
    expect((await get('/helpdesk/reported/HD-2026-000001', other)).status).toBe(404);
  });

  it('is in ICT’s list and found by its reference, and no breach', async () => {
    expect((await get('/helpdesk')).body).toContain('HD-2026-000001');
    expect((await ict?.get('/search?q=hd-2026-000001'))?.headers.location).toBe('/helpdesk/HD-2026-000001');
    expect((await get('/breaches?queue=ict')).body).toContain('No device is waiting for ICT.');
    expect((await get('/breaches')).body).toContain('No suspected breach by anybody is open.');
  });

  it('is a text and no formula in a spreadsheet, which names nobody', async () => {
    const { body } = await get('/helpdesk/export');
    expect(body).toContain("'=1+1 on the screen");
    expect(body).not.toContain('Sam Rivers');
    const [act] = await server.db
      .selectFrom('audit')
      .select('actor')
      .where('action', '=', 'helpdesk-exported')
      .execute();
    expect(act).toEqual({ actor: 'Ian Technician' });
  });

  it('is closed with a reason, once', async () => {
    const path = '/helpdesk/HD-2026-000001';
    const close = (reason: string) => ict?.post(`${path}/close`, { reason }, path);
    expect((await close(' '))?.body).toContain('Enter what was done');
    expect((await close('x'.repeat(2001)))?.statusCode).toBe(400);
    expect((await close('A new screen.'))?.statusCode).toBe(303);
    expect((await get(path)).body).toContain('A new screen.');
    expect((await get('/helpdesk')).body).toContain('Nothing is open.');
    expect((await get('/helpdesk?show=closed')).body).toContain('HD-2026-000001');
    const again = await ict?.post(`${path}/close`, { reason: 'Again.' }, '/helpdesk');
    expect(again?.statusCode).not.toBe(303);
  });
});

describe('damage', () => {
  it('is shown to the insurance officer, who sees no fault and closes nothing', async () => {
    await send({ kind: 'damage', description: 'Dropped.' });
    const insurance = await server.signIn('insurance-officer', 'Ida Insurance');
    const list = await get('/helpdesk?show=all', insurance);
    expect(list.body).toContain('HD-2026-000002');
    expect(list.body).not.toContain('HD-2026-000001');
    expect((await get('/helpdesk/HD-2026-000001', insurance)).status).toBe(404);
    const path = '/helpdesk/HD-2026-000002';
    const one = await get(path, insurance);
    expect(one.body).toContain('Insurance officer told');
    expect(one.body).not.toContain('Close this record');
    expect((await insurance.post(`${path}/close`, { reason: 'x' }, path)).statusCode).toBe(403);
  });

  it('is for nobody else to read', async () => {
    for (const role of ['worker', 'information-security-team-leader', 'auditor'] as const)
      expect([role, (await get('/helpdesk', await server.signIn(role, `A ${role}`))).status]).toEqual([role, 403]);
  });
});
