import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, csrfIn, startConsoleServer } from '../support/console-server.ts';
import { putQuietPolicy, quietPolicy, seedQuietFleet } from '../support/quiet.ts';
import { seedBreach, seedDevice, seedState } from '../support/seed.ts';

const DAY = 86_400_000;

let server: ConsoleServer;
let officer: Browser;
beforeEach(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
});
afterEach(() => server.close());

/** A form with a file, as a browser sends it. */
async function sendFile(browser: Browser, text: string) {
  const token = csrfIn((await browser.get('/policies/preview')).body);
  const form = new FormData();
  form.set('_csrf', token);
  form.set('file', new Blob([text], { type: 'application/yaml' }), 'policy.yaml');
  const sent = new Response(form);
  return server.app.inject({
    method: 'POST',
    url: '/policies/preview',
    headers: {
      cookie: browser.cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': sent.headers.get('content-type') ?? '',
    },
    payload: Buffer.from(await sent.arrayBuffer()),
  });
}

describe('the page of policies', () => {
  it('says that there is none', async () => {
    expect((await officer.get('/policies')).body).toContain('No policy has been uploaded yet');
  });

  it('tells what is in force for whom, what is to come and what is withdrawn', async () => {
    const now = server.clock.now();
    await putQuietPolicy(server.db, now);
    const upload = (payload: string) =>
      server.as('administrator', {
        method: 'POST',
        url: '/api/v1/policies',
        headers: { 'content-type': 'application/yaml' },
        payload,
      });
    await upload(quietPolicy({ version: 'later' }).replace('effectiveFrom: 2026-01-01', 'effectiveFrom: 2026-09-01'));
    await upload(quietPolicy({ version: 'members' }).replace('rules:', 'populations: [councillor]\nrules:'));
    const { body } = await officer.get('/policies');
    const text = body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('members Remote and Home Working Policy In force Councillor');
    expect(text).toContain('2026.1 Remote and Home Working Policy In force Everybody but those');
    expect(text).toContain('later Remote and Home Working Policy Coming Everybody 1 September 2026');
  });

  it('shows the officer what fails while rules only watch, and what is in grace', async () => {
    const now = server.clock.now();
    await putQuietPolicy(server.db, now);
    const device = await seedDevice(server.db);
    await seedState(server.db, device.id, { verdict: 'fail' });
    for (const url of ['/policies', '/']) expect((await officer.get(url)).body).toMatch(/only watch/);
    await putQuietPolicy(server.db, now + 1000, { version: '2026.2', mode: 'report' });
    const grace = { rule: 'home-printing', subject: 'Queue', verdict: 'fail', policy_version: '2026.2' };
    await seedState(server.db, device.id, grace);
    expect((await officer.get('/policies')).body).toContain('Findings in grace');
    expect((await officer.get('/')).body).toContain('1 device in grace');
    await seedBreach(server.db, device.id, { rule: 'home-printing', subject: 'Queue', kind: 'state' });
    expect((await officer.get('/policies')).body).not.toContain('Findings in grace');
  });
});

describe('a preview in the console', () => {
  beforeEach(async () => {
    await putQuietPolicy(server.db, server.clock.now());
    await seedQuietFleet(server.db, server.clock.now());
  });

  it('leads from the file to what would change, and from there to the policy in force', async () => {
    const sent = await sendFile(officer, quietPolicy({ version: '2026.2', mode: 'report' }));
    expect(sent.statusCode).toBe(303);
    const address = String(sent.headers.location);
    const { body } = await officer.get(address);
    expect(body).toContain('What version 2026.2 would change');
    expect(body).toContain('6 critical');
    expect(body).toContain('Put version 2026.2 in force');
    expect((await officer.get(`${address}/devices?rule=laptop-encryption`)).body).toContain('QUIET-0003');
    const put = await officer.post(`${address}/in-force`, {}, address);
    expect([put.statusCode, put.headers.location]).toEqual([303, '/policies?done=in-force']);
    const acts = await server.db.selectFrom('audit').selectAll().where('action', '=', 'policy-put-in-force').execute();
    expect(acts.map(({ actor, detail }) => [actor, JSON.parse(detail)])).toEqual([
      [
        'Ann Officer',
        { beginToReport: ['laptop-encryption', 'sticks', 'home-printing'], preview: address.split('/').at(-1) },
      ],
    ]);
  });

  it('says what is wrong in a file, where there is one', async () => {
    const bad = await sendFile(officer, 'beadlePolicy: 2\n');
    expect([bad.statusCode, bad.body.includes('What is wrong in the file')]).toEqual([400, true]);
    expect((await sendFile(officer, '')).body).toContain('Select a policy file');
  });

  it('is no longer put in force once it is a day old', async () => {
    const sent = await sendFile(officer, quietPolicy({ version: '2026.2', mode: 'report' }));
    const address = String(sent.headers.location);
    server.clock.pass(DAY + 1000);
    const again = await server.signIn('information-security-team-leader');
    expect((await again.post(`${address}/in-force`, {}, '/policies')).statusCode).toBe(404);
  });

  it('is read by ICT, who cannot put it in force', async () => {
    const sent = await sendFile(officer, quietPolicy({ version: '2026.2', mode: 'report' }));
    const address = String(sent.headers.location);
    const ict = await server.signIn('ict-operator');
    expect((await ict.get(address)).body).not.toContain('in force</button>');
    expect((await ict.post(`${address}/in-force`, {}, address)).statusCode).toBe(403);
    expect((await ict.get('/policies/preview')).statusCode).toBe(403);
  });

  it('is refused from another site', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/policies/preview',
      headers: {
        cookie: officer.cookie,
        'sec-fetch-site': 'cross-site',
        'content-type': 'multipart/form-data; boundary=x',
      },
      payload: '--x--\r\n',
    });
    expect(answer.statusCode).toBe(403);
    const unread = await server.app.inject({
      method: 'POST',
      url: '/policies/preview',
      headers: {
        cookie: officer.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'multipart/form-data; boundary=x',
      },
      payload: 'nothing of the sort',
    });
    expect(unread.statusCode).toBe(400);
  });
});

describe('the baseline in the console', () => {
  it('is accepted item by item, with a reason, and becomes a file', async () => {
    await putQuietPolicy(server.db, server.clock.now());
    await seedQuietFleet(server.db, server.clock.now());
    const { body } = await officer.get('/policies/baseline');
    expect(body.replaceAll('&#92;', '\\')).toContain('NORTHMERE\\Device Admins');
    expect(body).not.toContain('192.168');
    expect(body).not.toContain('Rivers');
    expect(body).toContain('Missing encryption or protection is never part of a baseline');
    const item = /name="item" value="(account-[0-9a-f]+)"/.exec(body)?.[1] ?? '';
    const empty = await officer.post(
      '/policies/baseline',
      { item, decision: 'accepted', reason: ' ' },
      '/policies/baseline',
    );
    expect([empty.statusCode, empty.body.includes('Enter why you accept or refuse this')]).toEqual([400, true]);
    await officer.post('/policies/baseline', { item, decision: 'accepted', reason: 'The annex' }, '/policies/baseline');
    const decided = (await officer.get('/policies/baseline')).body.replaceAll('&#92;', '\\');
    expect(decided).toContain('+ NORTHMERE\\Device Admins');
    const file = await officer.get('/policies/baseline/file');
    expect(file.body).toContain('Device Admins');
    expect(file.body).toContain('# Officers add');
  });

  it('enters a printer in its register, at once', async () => {
    const post = async (decision: string) => {
      const { body } = await officer.get('/policies/baseline');
      const item = /name="item" value="(printer-[0-9a-f]+)"/.exec(body)?.[1] ?? '';
      return officer.post('/policies/baseline', { item, decision, reason: 'The annex' }, '/policies/baseline');
    };
    await putQuietPolicy(server.db, server.clock.now());
    await seedQuietFleet(server.db, server.clock.now());
    expect((await post('accepted')).statusCode).toBe(303);
    expect((await officer.get('/registers/printers')).body.replaceAll('&#92;', '\\')).toContain(
      '\\\\old-server\\annex',
    );
  });

  it('says that there is no policy yet', async () => {
    expect((await officer.get('/policies/baseline')).body).toContain('No policy is in force');
  });
});
