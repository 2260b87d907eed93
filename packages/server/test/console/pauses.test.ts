import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { enrolListener } from '../support/listener.ts';

let server: ConsoleServer;
let [ict, officer, worker]: Browser[] = [];
beforeAll(async () => {
  server = await startConsoleServer();
  await enrolListener(server);
  const url = '/api/v1/devices/DBC-1';
  const { version } = (await server.as('administrator', { url })).json<{ version: string }>();
  await server.as('administrator', { method: 'PATCH', url, payload: { holder: 'Sam Rivers', version } });
  ict = await server.signIn('ict-administrator', 'Ian Technician');
  officer = await server.signIn('information-security-team-leader', 'Ann Officer');
  worker = await server.signIn('worker', 'Sam Rivers');
});
afterAll(() => server.close());

const body = async (url: string, by = ict) => (await by?.get(url))?.body ?? '';
const filled = {
  scope: 'device',
  name: 'DBC-1',
  'until-day': '10',
  'until-month': '6',
  'until-year': '2026',
  reason: 'A <b>driver</b> is faulty',
};

describe('the pages of pauses', () => {
  it('ask what, until when and why, and whether one is sure', async () => {
    expect(await body('/devices')).toContain('href="/pauses"');
    expect(await body('/pauses')).toContain('Nothing has been paused.');
    expect(await body('/devices/DBC-1')).toContain('/pauses/new?device=DBC-1');
    expect(await body('/pauses/new?device=DBC-1')).toContain('value="DBC-1"');
    const wrong = await ict?.post('/pauses/new', { ...filled, 'until-day': '' }, '/pauses/new');
    expect([wrong?.statusCode, wrong?.body]).toEqual([400, expect.stringContaining('must be a real date')]);
    const asked = await ict?.post('/pauses/new', filled, '/pauses/new');
    expect(asked?.body).toContain('Are you sure you want to pause DBC-1?');
    expect(asked?.body).toContain('A laptop that is lost cannot be locked');
    expect(asked?.body).toMatch(/Devices now[^]{0,200}1 device/);
    const nobody = await ict?.post('/pauses/new', { ...filled, scope: 'group', name: 'Nobody' }, '/pauses/new');
    expect(nobody?.body).toContain('None that is enrolled and in service');
    const all = await ict?.post('/pauses/new', { ...filled, scope: 'all', name: '' }, '/pauses/new');
    expect(all?.body).toMatch(/pause all devices[^]*1 device/);
    expect(await body('/pauses')).toContain('Nothing has been paused.');
  });

  it('refuse in words what cannot be', async () => {
    const late = { ...filled, 'until-month': '9', step: 'confirmed' };
    const refused = await ict?.post('/pauses/new', late, '/pauses/new');
    expect([refused?.statusCode, refused?.body]).toEqual([400, expect.stringContaining('within 30 days')]);
    const nameless = await ict?.post('/pauses/new', { ...filled, name: '', step: 'confirmed' }, '/pauses/new');
    expect(nameless?.body).toContain('Which device?');
    expect((await officer?.get('/pauses/new'))?.statusCode).toBe(403);
  });

  it('show what is paused to whoever reads orders, and to the worker in English and Welsh', async () => {
    const begun = await ict?.post('/pauses/new', { ...filled, step: 'confirmed' }, '/pauses/new');
    expect([begun?.statusCode, begun?.headers.location]).toEqual([303, '/pauses?done=begun']);
    const list = await body('/pauses', officer);
    for (const text of ['A &lt;b&gt;driver&lt;/b&gt; is faulty', 'Ian Technician', 'Paused'])
      expect(list).toContain(text);
    expect(list).not.toContain('/end"');
    expect(await body('/devices/DBC-1', officer)).toContain('By ICT until 10 June 2026');
    expect(await body('/devices/DBC-1/order')).toContain('DBC-1 is paused until 10 June 2026');
    expect(await body('/my-device', worker)).toContain('ICT has paused Beadle on this device since');
    const welsh = { ...(worker ?? { cookie: '' }) }.cookie;
    const page = await server.app.inject({ url: '/my-device', headers: { cookie: `${welsh}; beadle-language=cy` } });
    expect(page.body).toContain('Mae TGCh wedi seibio Beadle');
    expect(page.body).not.toContain('driver');
  });

  it('end one, once', async () => {
    const end = /href="(\/pauses\/[^"]+\/end)"/.exec(await body('/pauses'))?.[1] ?? '';
    const asked = await ict?.post(end, { reason: 'It is mended' }, end);
    expect(asked?.body).toContain('Are you sure you want to end the pause of DBC-1?');
    const ended = await ict?.post(end, { reason: 'It is mended', step: 'confirmed' }, end);
    expect(ended?.headers.location).toBe('/pauses?done=ended');
    expect(await body('/pauses')).toContain('It is mended');
    const again = await ict?.post(end, { reason: 'It is mended', step: 'confirmed' }, end);
    expect([again?.statusCode, again?.body]).toEqual([400, expect.stringContaining('over already')]);
    expect(await body('/my-device', worker)).not.toContain('ICT has paused');
  });
});
