import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  isAskedAtProvider,
  type Jar,
  type OidcProvider,
  signInAtProvider,
  signOutAtProvider,
  startOidcProvider,
} from '../../../../test/support/oidc.ts';
import { isConcealedFrom, visibleTo } from '../../src/concealed.ts';
import { sessionOf, startSession } from '../../src/people/sessions.ts';
import { changePerson, notePeopleGone } from '../../src/people/store.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { personRow } from '../support/people.ts';
import { seedDevice } from '../support/seed.ts';

const ORIGIN = 'http://127.0.0.1:8420';
const CALLBACK = `${ORIGIN}/sign-in/oidc/callback`;
const PEOPLE = {
  ann: { preferred_username: 'Ann.Officer', name: 'Somebody Else', groups: ['Staff', 'Officers'] },
  sam: { preferred_username: 'sam.rivers@example.org', groups: ['Staff'] },
  kim: { preferred_username: 'kim', groups: ['Visitors'] },
  lee: { preferred_username: 'lee', _claim_names: { groups: 'src1' } },
  max: { preferred_username: 'Ann Officer', groups: ['Staff'] },
  gus: { preferred_username: 'gone.guy', groups: ['Officers'] },
  nil: { groups: ['Officers'] },
};

let folder: string;
let provider: OidcProvider;
let server: TestServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-oidc-'));
  provider = await startOidcProvider({ people: PEOPLE, redirectUri: CALLBACK, signedOutUri: `${ORIGIN}/signed-out` });
  writeFileSync(join(folder, 'secret'), `${provider.secret}\n`);
});
afterAll(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (issuer = provider.issuer, more: Record<string, string> = {}) => ({
  BEADLE_SERVER_OIDC_ISSUER: issuer,
  BEADLE_SERVER_OIDC_CLIENT_ID: provider.clientId,
  BEADLE_SERVER_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret'),
  BEADLE_SERVER_OIDC_ROLES: 'Officers=information-security-team-leader, Staff=worker',
  ...more,
});

/** The library holds identities against the machine's clock, from which the server's may differ by a skew it is told. */
async function start(environment: Record<string, string>): Promise<TestServer> {
  const started = await startTestServer(environment);
  const at = started.clock.now();
  const people = [
    ['ann.officer', 'Ann Officer', 'ann@example.org', null],
    ['sam', 'Sam Rivers', 'Sam.Rivers@example.org', null],
    ['gone.guy', 'Gone Guy', null, at],
  ] as const;
  await started.db
    .insertInto('people')
    .values(
      people.map(([account, name, email, gone_at]) =>
        personRow({ account, name, email, created_at: at, changed_at: at, gone_at }),
      ),
    )
    .execute();
  return started;
}

beforeEach(async () => {
  server = await start(settings());
});
afterEach(() => server.close());

type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;
const cookieOf = (answer: Answer, name: string): string | undefined =>
  answer.cookies.find((cookie) => cookie.name === name && cookie.value !== '')?.value;

/** Begins in a browser that has these cookies. */
async function begin(next?: string, cookies: Record<string, string> = {}) {
  const query = next === undefined ? '' : `?${new URLSearchParams({ next }).toString()}`;
  const answer = await server.app.inject({ url: `/sign-in/oidc${query}`, cookies });
  return { answer, address: String(answer.headers.location), attempt: cookieOf(answer, 'beadle-sign-in') ?? '' };
}

const comeBack = (url: string, cookies: Record<string, string>): Promise<Answer> =>
  server.app.inject({ url: url.slice(ORIGIN.length), cookies, headers: { 'user-agent': 'Firefox/140.0' } });

async function signIn(account: string, next?: string): Promise<Answer> {
  const { address, attempt } = await begin(next);
  return comeBack(await signInAtProvider(address, account), { 'beadle-sign-in': attempt });
}

const sessions = () => server.db.selectFrom('sessions').selectAll().execute();
const acts = () => server.db.selectFrom('audit').select(['action', 'actor', 'target', 'detail']).execute();
/** What somebody gets who is not let in. */
const refusalOf = async (answer: Answer, words: string) => ({
  status: answer.statusCode,
  says: answer.body.includes(words),
  cookie: cookieOf(answer, 'beadle-session'),
  sessions: (await sessions()).length,
});
const refused = (status: number) => ({ status, says: true, cookie: undefined, sessions: 0 });

describe('signing in through the council’s provider', () => {
  it('asks with PKCE, a state and a nonce that no two sign-ins share', async () => {
    const [{ address, answer }, other] = [await begin(), await begin()];
    expect(answer.statusCode).toBe(303);
    const asked = new URL(address).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'beadle',
      redirect_uri: CALLBACK,
      scope: 'openid profile',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
      expect(new URL(other.address).searchParams.get(name)).not.toBe(asked.get(name));
    }
    expect(answer.headers['set-cookie']).toMatch(/^beadle-sign-in=[\w-]{43}; .*HttpOnly; SameSite=Lax$/);
  });

  it('gives the session the name of the register and the role of the first group that fits', async () => {
    const answer = await signIn('ann', '/devices?q=1');
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/devices?q=1');
    const [session] = await sessions();
    expect(session).toMatchObject({
      name: 'Ann Officer',
      role: 'information-security-team-leader',
      signed_in_by: 'oidc',
      browser: 'Firefox',
      expires_at: server.clock.now() + 12 * 3_600_000,
    });
    expect(await acts()).toContainEqual(expect.objectContaining({ action: 'signed-in', actor: 'Ann Officer' }));
    expect(await server.db.selectFrom('sign_in_attempts').selectAll().execute()).toEqual([]);
  });

  it('finds a person by the e-mail address that the provider calls the account', async () => {
    await signIn('sam');
    expect(await sessions()).toEqual([expect.objectContaining({ name: 'Sam Rivers', role: 'worker' })]);
  });

  it('knows an officer by the account too, whatever the list of people comes to call them', async () => {
    await signIn('ann');
    await server.db.updateTable('people').set({ name: 'Nobody Known' }).where('account', '=', 'ann.officer').execute();
    const session = cookieOf(await signIn('ann'), 'beadle-session') ?? '';
    const found = await sessionOf(server.db, session, server.clock.now());
    expect(found?.caller).toMatchObject({ name: 'Nobody Known', account: 'ann.officer' });
    const concealed_from = JSON.stringify(['ann.officer', 'ann officer', 'ann@example.org']);
    const viewer = found?.caller ?? { organisation: ORGANISATION, name: '' };
    expect(isConcealedFrom({ concealed_from }, viewer)).toBe(true);
    expect(isConcealedFrom({ concealed_from }, { ...viewer, account: 'ann' })).toBe(false);
    const payload = { title: 'A stick', description: 'found in the car park' };
    await server.as('administrator', { method: 'POST', url: '/api/v1/breaches', payload });
    await server.db.updateTable('breaches').set({ concealed_from }).execute();
    const seenBy = async (account: string) =>
      (
        await server.db
          .selectFrom('breaches')
          .select('ref')
          .where(visibleTo({ ...viewer, account }))
          .execute()
      ).length;
    expect([await seenBy('ann.officer'), await seenBy('ann')]).toEqual([0, 1]);
  });

  it('refuses who left yesterday', async () => {
    const leave = (ends_on: string) =>
      server.db.updateTable('people').set({ ends_on }).where('account', '=', 'ann.officer').execute();
    await leave('2026-06-03');
    expect(await refusalOf(await signIn('ann'), 'says that it is not in use')).toEqual(refused(403));
    await leave('2026-06-04');
    expect((await signIn('ann')).statusCode).toBe(303);
  });

  it('signs out at once whom the list of people has no longer, or as disabled', async () => {
    const [one, other] = [await signIn('ann'), await signIn('sam')].map((answer) => cookieOf(answer, 'beadle-session'));
    const isIn = async (session = '') => (await sessionOf(server.db, session, server.clock.now())) !== null;
    const at = server.clock.now();
    await server.db.transaction().execute((tx) => notePeopleGone(tx, ORGANISATION, ['ann.officer'], at));
    expect([await isIn(one), await isIn(other)]).toEqual([false, true]);
    const disabled = { disabled: 1, changed_at: at };
    await server.db.transaction().execute((tx) => changePerson(tx, ORGANISATION, 'sam', disabled));
    expect(await isIn(other)).toBe(false);
  });

  it('goes by the account where another person has the same name', async () => {
    await server.db.updateTable('people').set({ name: 'ann officer' }).where('account', '=', 'sam').execute();
    await signIn('ann');
    expect(await sessions()).toEqual([expect.objectContaining({ name: 'ann.officer' })]);
  });

  it.each([
    ['kim', 'It is in none of the groups', 'no-role'],
    ['lee', 'did not say which groups', 'groups-not-told'],
    ['nil', 'did not say what it is called', null],
    ['gus', 'says that it is not in use', 'not-in-service'],
    ['max', 'goes by the same name here', 'name-taken'],
  ])('refuses %s with a plain page: %s', async (account, words, why) => {
    expect(await refusalOf(await signIn(account), words)).toEqual(refused(403));
    const recorded = (await acts()).filter(({ action }) => action === 'sign-in-refused');
    expect(recorded.map(({ detail }) => JSON.parse(detail))).toEqual(why === null ? [] : [{ by: 'oidc', why }]);
  });

  it('says so plainly where the person cancels', async () => {
    const { address, attempt } = await begin();
    const { state } = Object.fromEntries(new URL(address).searchParams);
    const back = `${CALLBACK}?${new URLSearchParams({ error: 'access_denied', state: state ?? '', iss: provider.issuer }).toString()}`;
    expect(await refusalOf(await comeBack(back, { 'beadle-sign-in': attempt }), 'or you cancelled it')).toEqual(
      refused(401),
    );
  });
});

async function signOut(cookies: Record<string, string>): Promise<Answer> {
  const page = await server.app.inject({ url: '/sessions', cookies });
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
  const payload = new URLSearchParams({ _csrf }).toString();
  return server.app.inject({ method: 'POST', url: '/sign-out', cookies, headers, payload });
}

describe('signing out', () => {
  const thereIn = ({ body }: Answer) => /href="(http[^"]+session\/end[^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');

  it('ends the session here at once, and at the provider for who goes on to that', async () => {
    const jar: Jar = new Map();
    const { address, attempt } = await begin();
    const answer = await comeBack(await signInAtProvider(address, 'ann', jar), { 'beadle-sign-in': attempt });
    const out = await signOut({ 'beadle-session': cookieOf(answer, 'beadle-session') ?? '' });
    expect(out.headers.location).toBe('/sign-out/elsewhere');
    const page = await server.app.inject('/sign-out/elsewhere');
    expect(page.body).toContain('You may still be signed in with your council account');
    expect(await isAskedAtProvider((await begin()).address, jar)).toBe(false);
    const there = new URL(thereIn(page) ?? '');
    expect(Object.fromEntries(there.searchParams)).toEqual({
      client_id: 'beadle',
      post_logout_redirect_uri: `${ORIGIN}/signed-out`,
    });
    expect(await signOutAtProvider(there.href, jar)).toBe(`${ORIGIN}/signed-out`);
    expect(await isAskedAtProvider((await begin()).address, jar)).toBe(true);
    expect((await server.app.inject('/signed-out')).body).toContain('You have signed out');
  });

  it('says what is left to do where the provider cannot be had', async () => {
    await server.close();
    server = await start(settings('http://127.0.0.1:9'));
    const page = await server.app.inject('/sign-out/elsewhere');
    expect(page.statusCode).toBe(200);
    expect([thereIn(page), page.body.includes('then close the browser')]).toEqual([undefined, true]);
  });

  it('leads who came otherwise to the sign-in page', async () => {
    const browser = { organisation: ORGANISATION, name: 'Ann', role: 'worker' } as const;
    const about = { at: server.clock.now(), by: 'code', browser: null } as const;
    const { sessionId } = await server.db
      .transaction()
      .execute((tx) => startSession(tx, browser, about, server.random));
    expect((await signOut({ 'beadle-session': sessionId })).headers.location).toBe('/sign-in');
  });
});

describe('what is one’s own', () => {
  it('is found by the account, whatever anybody comes to be called in the list of people', async () => {
    const cookies = { 'beadle-session': cookieOf(await signIn('ann'), 'beadle-session') ?? '' };
    await seedDevice(server.db, { asset_tag: 'OF-ANN', holder: 'ann.officer' });
    await seedDevice(server.db, { asset_tag: 'OF-SAM', holder: 'sam' });
    const rename = (account: string, name: string) =>
      server.db.updateTable('people').set({ name }).where('account', '=', account).execute();
    await rename('ann.officer', 'Ann Married');
    await rename('sam', 'Ann Officer');
    const page = (await server.app.inject({ url: '/my-device', cookies })).body;
    expect([page.includes('OF-ANN'), page.includes('OF-SAM')]).toEqual([true, false]);
  });
});

describe('an attack on it fails', () => {
  it('session fixation: a session that was planted in the browser is not the one that it ends with', async () => {
    const { address, attempt } = await begin();
    const planted = 'planted-by-somebody-else-planted-by-somebody';
    const back = await signInAtProvider(address, 'ann');
    const answer = await comeBack(back, { 'beadle-sign-in': attempt, 'beadle-session': planted });
    const session = cookieOf(answer, 'beadle-session') ?? '';
    expect(session).not.toBe(planted);
    const look = (id: string) => server.app.inject({ url: '/devices', cookies: { 'beadle-session': id } });
    expect((await look(session)).statusCode).toBe(200);
    expect((await look(planted)).statusCode).toBe(303);
  });

  it('the session that the browser had before ends', async () => {
    const first = cookieOf(await signIn('ann'), 'beadle-session') ?? '';
    const { address, attempt } = await begin();
    await comeBack(await signInAtProvider(address, 'ann'), { 'beadle-sign-in': attempt, 'beadle-session': first });
    const answer = await server.app.inject({ url: '/devices', cookies: { 'beadle-session': first } });
    expect(answer.headers.location).toMatch(/^\/sign-in/);
  });

  it('replay: the same address does nothing a second time', async () => {
    const { address, attempt } = await begin();
    const back = await signInAtProvider(address, 'ann');
    expect((await comeBack(back, { 'beadle-sign-in': attempt })).statusCode).toBe(303);
    const again = await comeBack(back, { 'beadle-sign-in': attempt });
    expect(again.statusCode).toBe(400);
    expect(await sessions()).toHaveLength(1);
  });

  it('of two that come back at once one is let in', async () => {
    const { address, attempt } = await begin();
    const back = await signInAtProvider(address, 'ann');
    const both = await Promise.all([1, 2].map(() => comeBack(back, { 'beadle-sign-in': attempt })));
    expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([303, 400]);
  });

  it('a state of another browser, or none, is refused and uses up nothing of this one', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const back = await signInAtProvider(theirs.address, 'ann');
    expect(await refusalOf(await comeBack(back, { 'beadle-sign-in': mine.attempt }), 'Start signing in again')).toEqual(
      refused(400),
    );
    expect(await refusalOf(await comeBack(back, {}), 'started in another browser')).toEqual(refused(400));
    const own = await comeBack(await signInAtProvider(mine.address, 'sam'), { 'beadle-sign-in': mine.attempt });
    expect(own.statusCode).toBe(303);
  });

  it('a code of another sign-in, put beside one’s own state, is refused by PKCE', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const [own, other] = [await signInAtProvider(mine.address, 'sam'), await signInAtProvider(theirs.address, 'ann')];
    const mixed = new URL(own);
    mixed.searchParams.set('code', new URL(other).searchParams.get('code') ?? '');
    const answer = await comeBack(mixed.href, { 'beadle-sign-in': mine.attempt });
    expect(await refusalOf(answer, 'could not be verified')).toEqual(refused(401));
  });

  it('an identity for another nonce is refused', async () => {
    const { address, attempt } = await begin();
    const changed = new URL(address);
    changed.searchParams.set('nonce', 'n'.repeat(43));
    const back = await signInAtProvider(changed.href, 'ann');
    expect(await refusalOf(await comeBack(back, { 'beadle-sign-in': attempt }), 'could not be verified')).toEqual(
      refused(401),
    );
  });

  it.each(['https://evil.example.org', '', undefined])('issuer mix-up: iss=%s is refused', async (iss) => {
    const { address, attempt } = await begin();
    const back = new URL(await signInAtProvider(address, 'ann'));
    if (iss === undefined) back.searchParams.delete('iss');
    else back.searchParams.set('iss', iss);
    expect(await refusalOf(await comeBack(back.href, { 'beadle-sign-in': attempt }), 'could not be verified')).toEqual(
      refused(401),
    );
  });

  it('a sign-in that took longer than ten minutes is begun again', async () => {
    const { address, attempt } = await begin();
    const back = await signInAtProvider(address, 'ann');
    server.clock.pass(10 * 60_000);
    expect(await refusalOf(await comeBack(back, { 'beadle-sign-in': attempt }), 'longer than 10 minutes')).toEqual(
      refused(400),
    );
  });

  it.each([
    '//evil.example.org',
    'https://evil.example.org/',
    '/\\evil.example.org',
    '/.//evil.example.org',
    '/sign-out',
  ])('open redirect: %s leads to the first page', async (next) => {
    expect((await signIn('ann', next)).headers.location).toBe('/');
  });

  it('a session is worth nothing once it is signed out, wherever its cookie may have got to', async () => {
    const cookies = { 'beadle-session': cookieOf(await signIn('ann'), 'beadle-session') ?? '' };
    const out = await signOut(cookies);
    expect(out.headers.location).toBe('/sign-out/elsewhere');
    expect((await server.app.inject({ url: '/sessions', cookies })).headers.location).toMatch(/^\/sign-in/);
    expect((await server.app.inject({ url: '/api/v1/breaches', cookies })).statusCode).toBe(401);
  });

  it('over https no neighbour can plant the cookie of a sign-in, and none travels in the clear', async () => {
    await server.close();
    server = await start(settings(provider.issuer, { BEADLE_SERVER_ORIGIN: 'https://beadle.example.org' }));
    const { answer } = await begin();
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-beadle-sign-in=[\w-]{43}; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(new URL(String(answer.headers.location)).searchParams.get('redirect_uri')).toBe(
      'https://beadle.example.org/sign-in/oidc/callback',
    );
  });

  it('neither the code, nor a token, nor the secret is in the log', async () => {
    const { address, attempt } = await begin();
    const back = new URL(await signInAtProvider(address, 'ann'));
    back.searchParams.set('iss', 'https://evil.example.org');
    await comeBack(back.href, { 'beadle-sign-in': attempt });
    await signIn('sam');
    const logged = JSON.stringify(server.logged);
    for (const secret of [back.searchParams.get('code') ?? '', attempt, provider.secret, 'eyJ'])
      expect(logged).not.toContain(secret);
  });
});

describe('a provider that is away', () => {
  it('keeps no server from starting, and has a page of its own until it is back', async () => {
    const gone = await startOidcProvider({
      people: PEOPLE,
      redirectUri: CALLBACK,
      signedOutUri: `${ORIGIN}/signed-out`,
    });
    await gone.stop();
    const port = Number(new URL(gone.issuer).port);
    await server.close();
    server = await start(settings(gone.issuer));
    const { answer } = await begin();
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('The council’s sign-in cannot be reached');
    const back = await startOidcProvider({ people: PEOPLE, redirectUri: CALLBACK, port });
    server.clock.pass(2_000);
    expect((await signIn('ann')).statusCode).toBe(303);
    await back.stop();
  });

  it('is not believed where it names itself otherwise', async () => {
    await server.close();
    server = await start(settings(provider.issuer.replace('127.0.0.1', 'localhost')));
    expect(await refusalOf((await begin()).answer, 'could not be verified')).toEqual(refused(401));
  });
});

describe('a server without such settings', () => {
  it('has no such sign-in and offers none', async () => {
    await server.close();
    server = await start({});
    expect((await begin()).answer.statusCode).toBe(404);
    expect((await comeBack(`${CALLBACK}?code=x`, {})).statusCode).toBe(404);
    expect((await server.app.inject('/sign-in')).body).not.toContain('/sign-in/oidc');
  });
});
