import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isConcealedFrom } from '../../src/concealed.ts';
import { actingIn, notTheirs } from '../../src/people/spanning/acting.ts';
import { grantRole, listGrants, spanningGroups, takeGrantBack } from '../../src/people/spanning/grants.ts';
import { sessionOf, startSession } from '../../src/people/sessions.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seededRandom } from '../app/harness.ts';
import { type ConsoleServer, csrfIn, form, startConsoleServer } from '../support/console-server.ts';
import { personRow } from '../support/people.ts';

const random = seededRandom('spanning');
const PASSWORD = 'correct horse battery';
const HOME = 'Northmere Borough Council';

let server: ConsoleServer;
let accountId: string;
const act = (organisation: string) => ({ organisation, actor: 'cli:root', at: server.clock.now() });

beforeAll(async () => {
  server = await startConsoleServer();
  for (const [id, name] of [
    ['south', 'Southmere District Council'],
    ['east', 'Eastmere District Council'],
  ] as const)
    await server.db
      .insertInto('organisations')
      .values({ id, name, settings: '{}', created_at: server.clock.now() })
      .execute();
  const payload = { name: 'Pat Shared', role: 'auditor', password: PASSWORD };
  accountId = (await server.as('administrator', { method: 'POST', url: '/api/v1/accounts', payload })).json().id;
});
afterAll(() => server.close());

beforeEach(async () => {
  await server.db.deleteFrom('spanning_roles').execute();
  const grant = { home: ORGANISATION, kind: 'account', holder: accountId, called: 'Pat Shared' } as const;
  await grantRole(server.db, { ...grant, role: 'ict-administrator' }, act('south'), random);
});

async function signIn(): Promise<string> {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/sign-in',
    ...form({ name: 'Pat Shared', password: PASSWORD }),
  });
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

const get = (cookie: string, url: string) => server.app.inject({ url, headers: { cookie, accept: 'text/html' } });
const actsIn = (organisation: string) =>
  server.db
    .selectFrom('audit')
    .select(['actor', 'action', 'detail'])
    .where('organisation', '=', organisation)
    .execute();

describe('a role that spans organisations', () => {
  it('holds where the request says, and nowhere else', async () => {
    const cookie = await signIn();
    const statusOf = async (url: string) => (await get(cookie, url)).statusCode;
    expect(await statusOf('/api/v1/devices')).toBe(200);
    expect(await statusOf('/api/v1/devices?organisation=south')).toBe(200);
    expect(await statusOf('/api/v1/devices?organisation=main')).toBe(200);
    for (const organisation of ['east', 'nowhere', '', 'south&organisation=main'])
      expect([organisation, (await get(cookie, `/api/v1/devices?organisation=${organisation}`)).statusCode]).toEqual([
        organisation,
        organisation === '' || organisation.includes('&') ? 400 : 403,
      ]);
    const told = async (organisation: string) =>
      (await get(cookie, `/api/v1/devices?organisation=${organisation}`)).json().detail;
    expect(await told('east')).toBe(await told('nowhere'));
    // At home an auditor, there ICT.
    expect(await statusOf('/api/v1/helpdesk-records')).toBe(403);
    expect(await statusOf('/api/v1/helpdesk-records?organisation=south')).toBe(200);
    expect(await statusOf('/api/v1/audit')).toBe(200);
    expect(await statusOf('/api/v1/audit?organisation=south')).toBe(403);
  });

  it('is chosen on any page, kept in the session, and said in the audit log of where it holds', async () => {
    const cookie = await signIn();
    expect((await get(cookie, '/devices')).body).toContain('You are working for');
    const chosen = await get(cookie, '/devices?organisation=south&q=x');
    expect([chosen.statusCode, chosen.headers.location]).toEqual([303, '/devices?q=x']);
    const page = (await get(cookie, '/devices')).body;
    expect(page).toContain('Pat Shared (Northmere Borough Council)');
    expect(page).toMatch(/govuk-generic-header[\s\S]*Southmere District Council/);
    expect(page).toMatch(/<option value="south" selected>/);
    expect(page).not.toContain('Eastmere');
    const entered = (await actsIn('south')).filter(({ action }) => action === 'organisation-entered');
    expect(entered).toEqual([
      {
        actor: `Pat Shared (${HOME})`,
        action: 'organisation-entered',
        detail: JSON.stringify({ role: 'ict-administrator', home: ORGANISATION }),
      },
    ]);
    await get(cookie, '/?organisation=main');
    expect((await get(cookie, '/devices')).body).toMatch(/<option value="main" selected>/);
    expect((await get(cookie, '/sessions')).body).toContain('This one');
  });

  it('does there what it does, under a name that nobody there has', async () => {
    const cookie = await signIn();
    await get(cookie, '/?organisation=south');
    const page = await get(cookie, '/devices');
    const headers = { cookie, 'x-csrf-token': csrfIn(page.body), 'sec-fetch-site': 'same-origin' };
    const payload = { assetTag: 'SOUTH-1', serialNumber: 'S1' };
    const made = await server.app.inject({ method: 'POST', url: '/api/v1/devices', headers, payload });
    expect(made.statusCode).toBe(201);
    const row = await server.db
      .selectFrom('devices')
      .select('organisation')
      .where('asset_tag', '=', 'SOUTH-1')
      .executeTakeFirst();
    expect(row?.organisation).toBe('south');
    expect((await actsIn('south')).some(({ actor }) => actor === `Pat Shared (${HOME})`)).toBe(true);
  });

  it('takes no form that was opened while it acted elsewhere', async () => {
    const cookie = await signIn();
    const opened = csrfIn((await get(cookie, '/devices')).body);
    await get(cookie, '/?organisation=south');
    const send = (token: string) => {
      const { headers, payload } = form({ _csrf: token, description: 'A stick was lost.' });
      return server.app.inject({
        method: 'POST',
        url: '/report',
        headers: { ...headers, cookie },
        payload: payload ?? '',
      });
    };
    expect((await send(opened)).statusCode).toBe(403);
    expect((await send(csrfIn((await get(cookie, '/devices')).body))).statusCode).not.toBe(403);
  });

  it('shows nothing of whoever has the same name or account there', async () => {
    const person = personRow({ organisation: 'south', account: 'pat.shared', name: 'Pat Shared' });
    await server.db.insertInto('people').values(person).execute();
    await server.db.updateTable('devices').set({ holder: 'Pat Shared' }).where('asset_tag', '=', 'SOUTH-1').execute();
    const cookie = await signIn();
    await get(cookie, '/?organisation=south');
    const page = await get(cookie, '/my-device');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain('SOUTH-1');
  });

  it('conceals a breach from whom it implicates, by the name that they have at home', async () => {
    const session = await sessionOf(server.db, (await signIn()).split('=')[1] ?? '', server.clock.now());
    if (session === null) throw new Error('nobody is signed in');
    const there = await actingIn(server.db, session, 'south');
    expect(isConcealedFrom({ concealed_from: JSON.stringify(['pat shared']) }, there)).toBe(true);
    expect(isConcealedFrom({ concealed_from: JSON.stringify(['pat']) }, there)).toBe(false);
  });

  it('ends with the next request once it is taken back, wherever its holder is', async () => {
    const cookie = await signIn();
    await get(cookie, '/?organisation=south');
    const [grant] = await listGrants(server.db, 'south');
    expect(grant).toMatchObject({ name: 'Pat Shared', kind: 'account', from: HOME, role: 'ict-administrator' });
    expect(await takeGrantBack(server.db, grant?.id ?? '', act('east'))).toBe(false);
    expect(await takeGrantBack(server.db, grant?.id ?? '', act('south'))).toBe(true);
    expect((await get(cookie, '/api/v1/devices?organisation=south')).statusCode).toBe(403);
    const page = (await get(cookie, '/devices')).body;
    expect(page).not.toContain('SOUTH-1');
    expect(page).not.toContain('You are working for');
    expect((await actsIn('south')).map(({ action }) => action)).toContain('spanning-role-taken-back');
  });

  it('is had once by each', async () => {
    const grant = { home: ORGANISATION, kind: 'account', holder: accountId, called: 'Pat Shared' } as const;
    expect(await grantRole(server.db, { ...grant, role: 'auditor' }, act('south'), random)).toBe(false);
    expect(await grantRole(server.db, { ...grant, role: 'auditor' }, act('east'), random)).toBe(true);
  });

  it('is nobody’s by a one-time address, though it be made out to the account’s name', async () => {
    const browser = await server.signIn('administrator', 'Pat Shared');
    expect((await browser.get('/api/v1/devices?organisation=south')).statusCode).toBe(403);
    expect((await browser.get('/devices')).body).not.toContain('You are working for');
  });

  it('is no token’s: a token binds to one', async () => {
    const as = (organisation: string) =>
      server.as('administrator', { url: `/api/v1/devices?organisation=${organisation}` });
    expect((await as(ORGANISATION)).statusCode).toBe(200);
    expect((await as('south')).json()).toMatchObject({ status: 403, detail: notTheirs().message });
  });
});

describe('a role of a group at the provider', () => {
  it('is had by whoever was in it at the sign-in; groups without one are not kept', async () => {
    const grant = { home: ORGANISATION, kind: 'group', holder: 'Shared ICT', called: 'Shared ICT' } as const;
    await grantRole(server.db, { ...grant, role: 'ict-operator' }, act('east'), random);
    const session = await server.db.transaction().execute(async (tx) => {
      const groups = await spanningGroups(tx, ORGANISATION, ['Staff', 'Shared ICT']);
      const person = { organisation: ORGANISATION, name: 'Ann Officer', role: 'worker' } as const;
      const about = { at: server.clock.now(), by: 'oidc', browser: null, account: 'ann', groups } as const;
      return startSession(tx, person, about, random);
    });
    const found = await sessionOf(server.db, session.sessionId, server.clock.now());
    expect(found?.spanner).toMatchObject({ home: ORGANISATION, groups: ['Shared ICT'], localAccount: null });
    const cookie = `beadle-session=${session.sessionId}`;
    expect((await get(cookie, '/api/v1/devices?organisation=east')).statusCode).toBe(200);
    expect((await get(cookie, '/api/v1/devices?organisation=south')).statusCode).toBe(403);
  });
});

describe('people of a second council', () => {
  it('sign in with its accounts at an address that names it, and with no other’s', async () => {
    const hash = await server.db.selectFrom('accounts').select('password_hash').executeTakeFirstOrThrow();
    const account = {
      id: 'sue',
      name: 'Sue South',
      role: 'auditor',
      created_at: 0,
      disabled_at: null,
      second_factor: null,
    };
    await server.db
      .insertInto('accounts')
      .values({ ...hash, ...account, organisation: 'south' })
      .execute();
    const page = (await server.app.inject('/sign-in?organisation=south')).body;
    expect(page).toContain('Southmere District Council');
    expect(page).toContain('name="organisation" value="south"');
    const submit = (name: string, organisation: string) =>
      server.app.inject({ method: 'POST', url: '/sign-in', ...form({ name, organisation, password: PASSWORD }) });
    const signed = await submit('Sue South', 'south');
    expect(signed.statusCode).toBe(303);
    const cookie = String(signed.headers['set-cookie']).split(';')[0] ?? '';
    expect((await get(cookie, '/devices')).body).toMatch(/govuk-generic-header[\s\S]*Southmere District Council/);
    for (const [name, organisation] of [
      ['Sue South', ORGANISATION],
      ['Sue South', 'nowhere'],
      ['Pat Shared', 'south'],
    ] as const)
      expect([name, organisation, (await submit(name, organisation)).statusCode]).toEqual([name, organisation, 401]);
  });
});

describe('a council', () => {
  it('sees who of others may act for it, and takes that back', async () => {
    const grant = { home: 'south', kind: 'account', holder: 'their-account', called: 'Sue South' } as const;
    await grantRole(server.db, { ...grant, role: 'auditor' }, act(ORGANISATION), random);
    const browser = await server.signIn('administrator', 'Ada Admin');
    expect((await browser.get('/accounts')).body).toContain('Southmere District Council');
    const { items } = (await browser.get('/api/v1/spanning-roles')).json();
    expect(items).toEqual([expect.objectContaining({ kind: 'account', from: 'Southmere District Council' })]);
    const path = `/spanning-roles/${items[0].id}/take-back`;
    expect((await browser.get(path)).body).toContain('is not to act for this council?');
    expect((await browser.post(path, {}, path)).headers.location).toBe('/accounts?done=taken-back');
    expect((await browser.get('/accounts')).body).not.toContain('Southmere');
    expect((await browser.get(path)).statusCode).toBe(404);
  });

  it('that is alone never sees the word', async () => {
    const browser = await server.signIn('administrator', 'Ada Admin');
    for (const url of ['/', '/accounts', '/settings', '/devices', '/tokens'])
      expect((await browser.get(url)).body).not.toMatch(/organisations?\b(?!\.)|other councils/i);
  });
});
