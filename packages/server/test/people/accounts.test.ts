import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';

const PASSWORD = 'correct horse battery';
const ORIGIN = 'http://127.0.0.1:8420';
const HOUR = 3_600_000;

let server: ConsoleServer;
beforeEach(async () => {
  server = await startConsoleServer();
});
afterEach(() => server.close());

const asAdmin = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
  server.as('administrator', { method, url, ...(payload === undefined ? {} : { payload }) });
const makeAccount = (name: string, role: CallerRole = 'auditor') =>
  asAdmin('POST', '/api/v1/accounts', { name, role, password: PASSWORD });

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0';
let addresses = 0;
/** From an address of its own where none is given. */
function submit(name: string, password: string, remoteAddress = `10.9.${(addresses += 1)}.1`) {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: ORIGIN,
    'user-agent': FIREFOX,
  };
  const payload = new URLSearchParams({ name, password }).toString();
  return server.app.inject({ method: 'POST', url: '/sign-in', headers, payload, remoteAddress });
}
async function signIn(name: string): Promise<string> {
  const answer = await submit(name, PASSWORD);
  expect(answer.statusCode).toBe(303);
  return answer.cookies[0]?.value ?? '';
}
const isIn = async (session: string): Promise<boolean> =>
  (await server.app.inject({ url: '/sessions', cookies: { 'beadle-session': session } })).statusCode === 200;
const acts = () => server.db.selectFrom('audit').select(['action', 'actor', 'target', 'detail']).execute();

describe('an account that is disabled', () => {
  it('is out at once, everywhere, and comes in by nothing that it was given before', async () => {
    await makeAccount('Ann Officer');
    await makeAccount('Sam Other');
    const [one, two, other] = [await signIn('Ann Officer'), await signIn('Ann Officer'), await signIn('Sam Other')];
    const code = await server.code('auditor', 'Ann Officer');
    const answer = await asAdmin('PATCH', '/api/v1/accounts/Ann%20Officer', { disabled: true });
    expect(answer.json()).toEqual({ ended: 2 });
    expect(await Promise.all([one, two, other].map(isIn))).toEqual([false, false, true]);
    expect((await submit('Ann Officer', PASSWORD)).statusCode).toBe(401);
    expect((await server.app.inject(`/sign-in/${code}`)).statusCode).toBe(401);
    const recorded = (await acts()).find(({ action }) => action === 'account-disabled');
    expect(recorded).toMatchObject({ actor: 'token:administrator', target: 'account:Ann Officer' });
    expect(JSON.parse(recorded?.detail ?? '')).toEqual({ ended: 2 });
  });

  it('signs in again once it is enabled, and its old sessions stay ended', async () => {
    await makeAccount('Ann Officer');
    const before = await signIn('Ann Officer');
    await asAdmin('PATCH', '/api/v1/accounts/Ann%20Officer', { disabled: true });
    await asAdmin('PATCH', '/api/v1/accounts/Ann%20Officer', { disabled: false });
    expect(await isIn(before)).toBe(false);
    expect(await isIn(await signIn('Ann Officer'))).toBe(true);
  });

  it('is listed as such, without its password', async () => {
    await makeAccount('Ann Officer');
    await makeAccount('Sam Other');
    await asAdmin('PATCH', '/api/v1/accounts/Sam%20Other', { disabled: true });
    const first = (await asAdmin('GET', '/api/v1/accounts?limit=1')).json();
    expect(first.items).toEqual([
      {
        name: 'Ann Officer',
        role: 'auditor',
        createdAt: expect.any(String),
        disabledAt: null,
        lastSignedInOn: null,
        secondFactor: 'none',
      },
    ]);
    const next = (await asAdmin('GET', `/api/v1/accounts?limit=1&cursor=${first.nextCursor}`)).json();
    expect(next).toMatchObject({ items: [{ name: 'Sam Other', disabledAt: expect.any(String) }], nextCursor: null });
  });

  it('or another, is made to have a second factor', async () => {
    await makeAccount('Ann Officer');
    const url = '/api/v1/accounts/Ann%20Officer';
    expect((await asAdmin('PATCH', url, { secondFactor: 'require' })).json()).toEqual({ ended: 0 });
    const { items } = (await asAdmin('GET', '/api/v1/accounts')).json();
    expect(items).toEqual([expect.objectContaining({ name: 'Ann Officer', secondFactor: 'wanted', disabledAt: null })]);
    expect((await submit('Ann Officer', PASSWORD)).headers.location).toBe('/sign-in/second-factor');
    expect((await asAdmin('PATCH', url, {})).statusCode).toBe(400);
    const unknown = await asAdmin('PATCH', '/api/v1/accounts/Nobody', { secondFactor: 'reset' });
    expect(unknown.json().code).toBe('account-unknown');
  });

  it('is an administrator’s to change, and must be there', async () => {
    expect((await asAdmin('PATCH', '/api/v1/accounts/Nobody', { disabled: true })).json().code).toBe('account-unknown');
    const url = '/api/v1/accounts/Nobody';
    const refused = await server.as('ict-administrator', { method: 'PATCH', url, payload: { disabled: true } });
    expect(refused.statusCode).toBe(403);
  });
});

describe('sessions', () => {
  it('are listed by day and browser, and ended, for a name, by an administrator', async () => {
    await makeAccount('Ann Officer');
    const session = await signIn('Ann Officer');
    server.clock.pass(2 * HOUR);
    await isIn(session);
    const url = '/api/v1/accounts/Ann%20Officer/sessions';
    const listed = await asAdmin('GET', url);
    expect(listed.json().items).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        begunAt: '2026-06-04T08:32:00.000Z',
        lastUsedOn: '2026-06-04',
        endsAt: '2026-06-04T22:32:00.000Z',
        signedInBy: 'password',
        browser: 'Firefox',
      },
    ]);
    expect(listed.body).not.toContain(session);
    expect((await asAdmin('DELETE', url)).json()).toEqual({ ended: 1 });
    expect(await isIn(session)).toBe(false);
    expect((await asAdmin('GET', url)).json().items).toEqual([]);
    expect((await asAdmin('DELETE', url)).json()).toEqual({ ended: 0 });
    expect((await acts()).filter(({ action }) => action === 'sessions-ended')).toHaveLength(1);
  });

  it('are anybody’s own to see and to end, one or all of the others', async () => {
    const [here, there, third] = [
      await server.signIn('worker', 'Sam Worker'),
      await server.signIn('worker', 'Sam Worker'),
      await server.signIn('worker', 'Sam Worker'),
    ];
    const page = (await here.get('/sessions')).body;
    expect(page.match(/name="id"/g)).toHaveLength(3);
    expect(page).toContain('This one');
    const idOf = async (browser: Browser) => {
      const id = /name="id" value="([0-9a-f]{64})"/.exec((await browser.get('/sessions')).body)?.[1];
      return id ?? '';
    };
    await here.post('/sessions/end', { id: await idOf(there) }, '/sessions');
    expect((await there.get('/sessions')).statusCode).toBe(303);
    expect((await third.get('/sessions')).statusCode).toBe(200);
    const answer = await here.post('/sessions/end', {}, '/sessions');
    expect(answer.headers.location).toBe('/sessions?done=others');
    expect((await third.get('/sessions')).statusCode).toBe(303);
    expect((await here.get(answer.headers.location ?? '')).body).toContain('All other browsers have been signed out');
    const last = await here.post('/sessions/end', { id: await idOf(here) }, '/sessions');
    expect(last.headers.location).toBe('/sign-in');
    expect((await here.get('/sessions')).statusCode).toBe(303);
  });

  it('of another person are not there, even by their right name', async () => {
    const [ann, sam] = [await server.signIn('worker', 'Ann'), await server.signIn('worker', 'Sam')];
    const { id_hash } = await server.db
      .selectFrom('sessions')
      .select('id_hash')
      .where('name', '=', 'Sam')
      .executeTakeFirstOrThrow();
    expect((await ann.get('/sessions')).body).not.toContain(id_hash);
    await ann.post('/sessions/end', { id: id_hash }, '/sessions');
    expect((await sam.get('/sessions')).statusCode).toBe(200);
  });

  it('are not shown to a token that is called as a person is', async () => {
    await server.signIn('worker', 'worker');
    expect((await server.as('worker', { url: '/sessions' })).statusCode).toBe(403);
  });

  it('cannot be ended by another site', async () => {
    const sam = await server.signIn('worker', 'Sam');
    const headers = { cookie: sam.cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const forged = await server.app.inject({
      method: 'POST',
      url: '/sessions/end',
      headers: { ...headers, origin: 'https://evil.example.org' },
      payload: '',
    });
    expect(forged.statusCode).toBe(403);
    const without = await server.app.inject({
      method: 'POST',
      url: '/sessions/end',
      headers: { ...headers, origin: ORIGIN },
      payload: '',
    });
    expect(without.statusCode).toBe(403);
  });
});

describe('guessing', () => {
  it('passwords is slowed down to 20 a minute from one address', async () => {
    await makeAccount('Ann Officer');
    const statuses: number[] = [];
    for (let count = 0; count < 22; count += 1)
      statuses.push((await submit('Ann Officer', `wrong password ${count}`, '10.8.0.1')).statusCode);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429, 429]);
    expect((await submit('Ann Officer', PASSWORD, '10.8.0.1')).statusCode).toBe(429);
    expect((await submit('Ann Officer', PASSWORD, '10.8.0.2')).statusCode).toBe(303);
  });

  it('names learns nothing: known, unknown and disabled ones get the same answer for the same work', async () => {
    await makeAccount('Ann Officer');
    await makeAccount('Dis Abled');
    await asAdmin('PATCH', '/api/v1/accounts/Dis%20Abled', { disabled: true });
    const tried = async (name: string) => {
      const before = process.cpuUsage();
      const { statusCode, body, headers } = await submit(name, 'wrong password');
      for (let count = 0; count < 2; count += 1) await submit(name, 'wrong password');
      const { user, system } = process.cpuUsage(before);
      const plain = body.replaceAll(name, 'NAME').replaceAll(/nonce="[^"]+"/g, '');
      return { shown: [statusCode, plain, Object.keys(headers).toSorted()], work: user + system };
    };
    await tried('warming up');
    const [known, unknown, disabled] = [
      await tried('Ann Officer'),
      await tried('No Officer'),
      await tried('Dis Abled'),
    ];
    expect(unknown.shown).toEqual(known.shown);
    expect(disabled.shown).toEqual(known.shown);
    // Three passes of argon2 each: without them it would be a tenth.
    for (const { work } of [unknown, disabled]) expect(work).toBeGreaterThan(known.work / 3);
  });
});

describe('a token for less than its role', () => {
  const make = (payload: object) =>
    asAdmin('POST', '/api/v1/tokens', { name: 'script', role: 'administrator', ...payload });
  const use = (token: string, url: string, method: 'GET' | 'POST' = 'GET') =>
    server.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });

  it('may do that and nothing else, and is shown as such', async () => {
    const made = await make({ only: ['devices:read', 'policies:read'] });
    expect(made.json().only).toEqual(['devices:read', 'policies:read']);
    const { token, id } = made.json();
    expect((await use(token, '/api/v1/devices')).statusCode).toBe(200);
    expect((await use(token, '/api/v1/policies')).statusCode).toBe(200);
    for (const url of ['/api/v1/audit', '/api/v1/tokens', '/api/v1/breaches', '/api/v1/accounts'])
      expect([url, (await use(token, url)).statusCode]).toEqual([url, 403]);
    const refused = await use(token, '/api/v1/audit');
    expect(refused.json().detail).toBe('This token was made for less; this takes the permission audit:read.');
    const list = (await asAdmin('GET', '/api/v1/tokens')).json();
    expect(list.items).toContainEqual(expect.objectContaining({ id, only: ['devices:read', 'policies:read'] }));
    const recorded = (await acts()).find(({ action }) => action === 'token-made');
    expect(JSON.parse(recorded?.detail ?? '')).toMatchObject({ only: ['devices:read', 'policies:read'] });
  });

  it('opens no page of the console, which shows what the role may see', async () => {
    const { token } = (await make({ only: ['devices:read', 'console'] })).json();
    expect((await use(token, '/devices')).statusCode).toBe(403);
    expect((await use(token, '/')).statusCode).toBe(403);
  });

  it('sees of a list that all may ask for what is its own', async () => {
    const { token } = (await make({ only: ['authorisations:request'] })).json();
    expect((await use(token, '/api/v1/authorisations')).json().items).toEqual([]);
    expect((await use(token, '/metrics')).statusCode).not.toBe(500);
  });

  it.each([
    [['tokens:write'], 'permissions other than tokens:write, which gives rights to others'],
    [['devices:read', 'accounts:write'], 'permissions other than accounts:write, which gives rights to others'],
  ])('cannot be one that makes itself more: %j', async (only, expected) => {
    const answer = await make({ only });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([{ field: 'body.only', expected }]);
  });

  it('cannot have what its role has not, nor nothing', async () => {
    const beyond = await make({ role: 'auditor', only: ['devices:write'] });
    expect(beyond.json().detail).toContain('permissions that the role auditor has, which devices:write is not');
    expect((await make({ only: [] })).statusCode).toBe(400);
    expect((await make({ only: ['devices:fly'] })).statusCode).toBe(400);
    expect(
      await server.db.selectFrom('tokens').select('id').where('organisation', '=', ORGANISATION).execute(),
    ).toHaveLength(3);
  });
});
