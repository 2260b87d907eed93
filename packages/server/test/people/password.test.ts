import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleServer, csrfIn, form, startConsoleServer } from '../support/console-server.ts';
import { importPeople } from '../support/people.ts';

const PASSWORD = 'correct horse battery';
const NEW = 'another staple entirely';
const NAME = 'Ann Officer';

let server: ConsoleServer;
beforeEach(async () => {
  server = await startConsoleServer();
});
afterEach(() => server.close());

const asAdmin = (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) =>
  server.as('administrator', { method, url, ...(payload === undefined ? {} : { payload }) });
const makeAccount = (more: object = { password: PASSWORD }) =>
  asAdmin('POST', '/api/v1/accounts', { name: NAME, role: 'auditor', ...more });
const submit = (url: string, fields: Record<string, string>, cookie = '') => {
  const { headers, payload } = form(fields);
  return server.app.inject({ method: 'POST', url, headers: { ...headers, cookie }, payload: payload ?? '' });
};
const get = (url: string, cookie = '') => server.app.inject({ url, headers: { cookie } });

/** The cookie of a sign-in, or why there is none. */
async function signIn(password: string, name = NAME): Promise<string | number> {
  const answer = await submit('/sign-in', { name, password });
  const [cookie] = String(answer.headers['set-cookie'] ?? '').split(';');
  return answer.statusCode === 303 && cookie?.startsWith('beadle-session=') === true ? cookie : answer.statusCode;
}

async function change(cookie: string, fields: Record<string, string>) {
  const token = csrfIn((await get('/password', cookie)).body);
  return submit('/password', { current: PASSWORD, password: NEW, again: NEW, ...fields, _csrf: token }, cookie);
}

const acts = async (action: string) =>
  (await server.db.selectFrom('audit').select(['action', 'actor', 'detail']).execute()).filter(
    (row) => row.action === action,
  );
const messages = () => server.db.selectFrom('notices').select(['address', 'title', 'standing', 'body']).execute();
const isIn = async (cookie: string) => (await get('/sessions', cookie)).statusCode === 200;

describe('changing one’s own password', () => {
  it('takes the one that was, ends every other session, and tells whose account it is', async () => {
    const people = 'account,name,email,population\nann.officer,Ann Officer,ann@council.test,employee\n';
    await importPeople(server, people);
    await makeAccount();
    const [here, there] = [String(await signIn(PASSWORD)), String(await signIn(PASSWORD))];
    expect((await get('/sessions', here)).body).toContain('href="/password"');
    const changed = await change(here, {});
    expect(changed.headers.location).toBe('/sessions?done=password');
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    expect([await signIn(PASSWORD), typeof (await signIn(NEW))]).toEqual([401, 'string']);
    expect(await messages()).toEqual([
      {
        address: 'ann@council.test',
        title: 'The password of the account Ann Officer was changed',
        standing: null,
        body: expect.stringContaining('2026-06-04'),
      },
    ]);
    expect((await acts('password-changed')).map(({ detail }) => JSON.parse(detail))).toEqual([
      { ended: 1, by: 'password' },
    ]);
    await server.app.jobs.runDue();
    const sent = await server.db.selectFrom('notices').select(['sent_as', 'address']).execute();
    expect(sent).toEqual([{ sent_as: 'person', address: 'ann@council.test' }]);
  });

  it('tells the officer where the list of people has no address for the account', async () => {
    await makeAccount();
    await change(String(await signIn(PASSWORD)), {});
    expect(await messages()).toMatchObject([{ standing: null }]);
  });

  it.each([
    [{ current: 'wrong password here' }, 'This is not the password that you have now'],
    [{ current: '' }, 'Enter the password that you have now'],
    [{ password: 'short', again: 'short' }, 'must be 12 to 200 characters long'],
    [{ again: 'another staple' }, 'Enter the same new password twice'],
  ])('changes nothing with %j', async (fields, words) => {
    await makeAccount();
    const cookie = String(await signIn(PASSWORD));
    const answer = await change(cookie, fields);
    expect([answer.statusCode, answer.body.includes(words)]).toEqual([400, true]);
    expect(answer.body).not.toContain(NEW);
    expect(typeof (await signIn(PASSWORD))).toBe('string');
    expect(await messages()).toEqual([]);
  });

  it('is slowed down: five tries in a quarter of an hour, each of them on record', async () => {
    await makeAccount();
    const cookie = String(await signIn(PASSWORD));
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1)
      statuses.push((await change(cookie, { current: `wrong password ${count}` })).statusCode);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect(await acts('password-change-refused')).toHaveLength(5);
    expect((await change(cookie, {})).statusCode).toBe(429);
  });

  it('is for who signed in with one: not by a one-time address in the account’s name, and not by a token', async () => {
    await makeAccount();
    const browser = await server.signIn('auditor', NAME);
    expect((await browser.get('/password')).statusCode).toBe(403);
    expect((await browser.post('/password', { current: PASSWORD, password: NEW, again: NEW })).statusCode).toBe(403);
    expect((await browser.get('/sessions')).body).not.toContain('href="/password"');
    expect((await server.as('auditor', { url: '/password' })).statusCode).toBe(403);
  });

  it('cannot be done by another site', async () => {
    await makeAccount();
    const cookie = String(await signIn(PASSWORD));
    const answer = await submit('/password', { current: PASSWORD, password: NEW, again: NEW }, cookie);
    expect(answer.statusCode).toBe(403);
  });
});

describe('an account that is made without a password', () => {
  const pathOf = (url: string) => new URL(url).pathname;

  it('is let in by nothing until one is set at the address that is given out, once', async () => {
    const made = (await makeAccount({ secondFactor: 'require' })).json();
    const path = pathOf(made.setPassword.url);
    expect(made.setPassword.expiresAt).toBe('2026-06-05T08:32:00.000Z');
    expect(await signIn(made.setPassword.code)).toBe(401);
    expect((await get(`/sign-in/${made.setPassword.code}`)).statusCode).toBe(401);
    expect((await get(path)).body).toContain('Set a password');
    expect((await get(path)).body).toContain(NAME);
    const wrong = await submit(path, { password: 'short', again: 'short' });
    expect([wrong.statusCode, wrong.headers['set-cookie']]).toEqual([400, undefined]);
    const set = await submit(path, { password: NEW, again: NEW });
    expect([set.statusCode, set.headers['set-cookie']]).toEqual([200, undefined]);
    expect(set.body).toContain('Your password has been set');
    expect((await submit(path, { password: PASSWORD, again: PASSWORD })).statusCode).toBe(401);
    expect((await get(path)).body).toContain('This address no longer works');
    const signed = await submit('/sign-in', { name: NAME, password: NEW });
    expect(signed.headers.location).toBe('/sign-in/second-factor');
  });

  it('has 24 hours, and none where it is disabled or another address is given out', async () => {
    const first = pathOf((await makeAccount({})).json().setPassword.url);
    const codes = '/api/v1/accounts/Ann%20Officer/password-codes';
    const second = pathOf((await asAdmin('POST', codes)).json().url);
    expect([(await get(first)).statusCode, (await get(second)).statusCode]).toEqual([401, 200]);
    await asAdmin('PATCH', '/api/v1/accounts/Ann%20Officer', { disabled: true });
    expect((await get(second)).statusCode).toBe(401);
    expect((await asAdmin('POST', codes)).json().code).toBe('account-unknown');
    await asAdmin('PATCH', '/api/v1/accounts/Ann%20Officer', { disabled: false });
    const third = pathOf((await asAdmin('POST', codes)).json().url);
    server.clock.pass(24 * 3_600_000);
    expect((await get(third)).statusCode).toBe(401);
  });

  it('of two who come with the address at once one sets the password', async () => {
    const path = pathOf((await makeAccount({})).json().setPassword.url);
    const both = await Promise.all([NEW, PASSWORD].map((password) => submit(path, { password, again: password })));
    expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 401]);
    const [one, other] = [await signIn(NEW), await signIn(PASSWORD)];
    expect([typeof one, typeof other].toSorted()).toEqual(['number', 'string']);
  });

  it('is signed out everywhere by a password that is set anew', async () => {
    await makeAccount();
    const cookie = String(await signIn(PASSWORD));
    const path = pathOf((await asAdmin('POST', '/api/v1/accounts/Ann%20Officer/password-codes')).json().url);
    expect(await isIn(cookie)).toBe(true);
    await submit(path, { password: NEW, again: NEW });
    expect(await isIn(cookie)).toBe(false);
    expect(await messages()).toHaveLength(1);
  });

  it.each(['x', 'x'.repeat(22), "' or 1=1--", '%00'])('has no address such as %s', async (code) => {
    expect([400, 401]).toContain((await get(`/set-password/${encodeURIComponent(code)}`)).statusCode);
  });
});
