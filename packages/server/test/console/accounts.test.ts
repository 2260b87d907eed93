import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';

const PASSWORD = 'correct horse battery';

let server: ConsoleServer;
let admin: Browser;
beforeAll(async () => {
  server = await startConsoleServer();
  admin = await server.signIn('administrator', 'Ada Admin');
});
afterAll(() => server.close());

const acts = async (action: string) =>
  (await server.db.selectFrom('audit').select(['action', 'actor', 'target', 'detail']).execute()).filter(
    (row) => row.action === action,
  );
const account = async (name: string) =>
  (await server.as('administrator', { url: '/api/v1/accounts' }))
    .json()
    .items.find((one: { name: string }) => one.name === name);
const act = (name: string, which: string) => {
  const path = `/accounts/${encodeURIComponent(name)}/${which}`;
  return admin.post(path, {}, path);
};
const make = (name: string) =>
  server.as('administrator', {
    method: 'POST',
    url: '/api/v1/accounts',
    payload: { name, role: 'auditor', password: PASSWORD },
  });

describe('the page of accounts', () => {
  it('is empty in words at first', async () => {
    expect((await admin.get('/accounts')).body).toContain('There is no account.');
  });

  it('adds one, whose address to set a password at is shown once', async () => {
    expect((await admin.get('/add/account')).body).toContain('Add an account');
    const made = await admin.post('/add/account', { name: ' Bo Glass ', role: 'siro', secondFactor: 'yes' });
    expect([made.statusCode, made.headers['cache-control']]).toEqual([200, 'no-store']);
    const url = /http:\/\/[^<]+\/set-password\/[\w-]{22}/.exec(made.body)?.[0] ?? '';
    expect((await admin.get(new URL(url).pathname)).body).toContain('Set a password');
    expect(await account('Bo Glass')).toMatchObject({ role: 'siro', secondFactor: 'wanted', disabledAt: null });
    const [recorded] = await acts('account-made');
    expect(recorded).toMatchObject({ actor: 'Ada Admin', target: 'account:Bo Glass' });
    expect(JSON.stringify(await server.db.selectFrom('audit').select('detail').execute())).not.toContain(
      url.slice(-22),
    );
    expect((await admin.get('/accounts')).body).not.toContain(url.slice(-22));
  });

  it.each([
    [{ name: '', role: 'siro' }, 'Enter a name of 1 to 100 characters'],
    [{ name: 'Cy', role: 'king' }, 'Choose the role'],
    [{ name: 'Bo Glass', role: 'siro' }, 'There is an account of this name already'],
  ])('adds none of %j', async (fields, words) => {
    const answer = await admin.post('/add/account', fields);
    expect([answer.statusCode, answer.body.includes(words)]).toEqual([400, true]);
  });

  it('shows the last sign-in by day, and nothing nearer', async () => {
    await make('Di Day');
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    const payload = new URLSearchParams({ name: 'Di Day', password: PASSWORD }).toString();
    await server.app.inject({ method: 'POST', url: '/sign-in', headers: form, payload });
    expect(await account('Di Day')).toMatchObject({ lastSignedInOn: '2026-06-04' });
    const page = (await admin.get('/accounts/Di%20Day')).body;
    expect(page).toMatch(/Last signed in[\s\S]*4 June 2026\s*</);
  });

  it('disables and enables, requires and resets a second factor, and signs out, each asked about and on record', async () => {
    await make('Ed Enable');
    const browser = await server.signIn('auditor', 'Ed Enable');
    expect((await admin.get('/accounts/Ed%20Enable/disable')).body).toContain('Are you sure');
    expect((await account('Ed Enable')).disabledAt).toBeNull();
    const done = await act('Ed Enable', 'disable');
    expect(done.headers.location).toBe('/accounts/Ed%20Enable?done=disable');
    expect((await admin.get(done.headers.location ?? '')).body).toContain('The account has been disabled');
    expect((await browser.get('/sessions')).statusCode).toBe(303);
    expect((await account('Ed Enable')).disabledAt).not.toBeNull();
    await act('Ed Enable', 'enable');
    expect((await account('Ed Enable')).disabledAt).toBeNull();
    await act('Ed Enable', 'require-second-factor');
    expect((await account('Ed Enable')).secondFactor).toBe('wanted');
    await act('Ed Enable', 'reset-second-factor');
    await act('Ed Enable', 'sign-out');
    for (const action of ['account-disabled', 'account-enabled', 'second-factor-required', 'second-factor-reset'])
      expect(await acts(action)).toMatchObject([{ actor: 'Ada Admin', target: 'account:Ed Enable' }]);
    const code = await act('Ed Enable', 'password-code');
    expect(code.body).toContain('/set-password/');
  });

  it('knows no account that is not there, and no act that it has not', async () => {
    expect((await admin.get('/accounts/Nobody')).statusCode).toBe(404);
    expect((await act('Nobody', 'disable')).statusCode).toBe(404);
    expect((await act('Nobody', 'password-code')).statusCode).toBe(404);
    expect((await admin.get('/accounts/Nobody/destroy')).statusCode).toBe(400);
  });

  it('lets nobody shut themselves out', async () => {
    await make('Ada Admin');
    const refused = await act('Ada Admin', 'disable');
    expect([refused.statusCode, refused.body.includes('You cannot disable the account')]).toEqual([400, true]);
    expect((await account('Ada Admin')).disabledAt).toBeNull();
  });

  it('is read by who says who has which role, and changed by the administrator alone', async () => {
    const officer = await server.signIn('information-security-team-leader', 'Una Officer');
    const list = (await officer.get('/accounts')).body;
    expect([list.includes('Bo Glass'), list.includes('/add/account'), list.includes('href="/tokens"')]).toEqual([
      true,
      false,
      false,
    ]);
    for (const url of ['/add/account', '/accounts/Bo%20Glass/disable', '/accounts/Bo%20Glass/password-code', '/tokens'])
      expect([url, (await officer.get(url)).statusCode]).toEqual([url, 403]);
    const analyst = await server.signIn('security-analyst', 'Al Analyst');
    expect((await analyst.get('/accounts')).statusCode).toBe(403);
  });
});

describe('the page of tokens', () => {
  const fields = { name: 'asset register', role: 'ict-operator', ends: '30' };

  it('adds one for less, with an end, and shows it once', async () => {
    const made = await admin.post('/add/token', { ...fields, only: 'devices:read' }, '/add/token');
    const token = /beadle_[\w-]{43}/.exec(made.body)?.[0] ?? '';
    const use = (url: string) => server.app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    expect((await use('/api/v1/devices')).statusCode).toBe(200);
    expect((await use('/api/v1/findings')).statusCode).toBe(403);
    const list = (await admin.get('/tokens')).body;
    expect(list).not.toContain(token);
    expect(list).toMatch(/asset register[\s\S]*ICT operator[\s\S]*Only devices:read[\s\S]*4 July 2026/);
    expect((await acts('token-made')).at(-1)).toMatchObject({ actor: 'Ada Admin' });
  });

  it.each([
    [{ name: '' }, 'Enter what the token is for'],
    [{ role: 'king' }, 'Choose the role'],
    [{ ends: '1000' }, 'Choose when it ends'],
    [{ role: 'auditor', only: 'devices:write' }, 'Choose only what the role may do, which devices:write is not'],
  ])('adds none of %j', async (wrong, words) => {
    const answer = await admin.post('/add/token', { ...fields, ...wrong }, '/add/token');
    expect([answer.statusCode, answer.body.includes(words)]).toEqual([400, true]);
    expect(answer.body).not.toContain('beadle_');
  });

  it('makes none that could make others: those rights are not to be ticked', async () => {
    const page = (await admin.get('/add/token')).body;
    expect(page).toContain('value="devices:read"');
    for (const right of ['tokens:write', 'accounts:write']) expect(page).not.toContain(`value="${right}"`);
  });

  it('revokes one, asked about once more', async () => {
    await admin.post('/add/token', { ...fields, name: 'to be revoked', ends: 'none' }, '/add/token');
    const { id } = await server.db
      .selectFrom('tokens')
      .select('id')
      .where('name', '=', 'to be revoked')
      .executeTakeFirstOrThrow();
    const path = `/tokens/${id}/revoke`;
    expect((await admin.get(path)).body).toContain('Are you sure that you want to revoke to be revoked?');
    const done = await admin.post(path, {}, path);
    expect(done.headers.location).toBe('/tokens?done=revoked');
    expect((await admin.get('/tokens?done=revoked')).body).toMatch(/to be revoked[\s\S]*Revoked on 4 June 2026/);
    expect((await admin.post(path, {}, '/tokens')).statusCode).toBe(404);
    expect((await acts('token-revoked')).at(-1)).toMatchObject({ target: `token:${id}` });
  });
});
