import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { hashPassword, verifyPassword } from '../../src/people/passwords.ts';
import { sessionOf } from '../../src/people/sessions.ts';
import { signInWithCode, signInWithPassword, signOut } from '../../src/people/sign-in.ts';
import { createSignInCode } from '../../src/people/sign-in-codes.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

const DAY = 24 * 3_600_000;
const PASSWORD = 'correct horse battery';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const deps = () => ({ db: server.db, clock: server.clock, random: server.random, metrics: createMetrics() });
const acts = async () => await server.db.selectFrom('audit').select(['action', 'actor', 'target', 'detail']).execute();
const post = (url: string, payload: object) => server.as('administrator', { method: 'POST', url, payload });
const makeCode = () =>
  server.db
    .transaction()
    .execute((tx) =>
      createSignInCode(
        tx,
        { organisation: ORGANISATION, name: 'A. Officer', role: 'auditor', at: server.clock.now() },
        server.random,
      ),
    );

describe('passwords', () => {
  it('are kept as PHC strings of argon2id', async () => {
    const phc = await hashPassword(PASSWORD, server.random);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword(PASSWORD, phc)).toBe(true);
    expect(await verifyPassword(`${PASSWORD} `, phc)).toBe(false);
    expect(await hashPassword(PASSWORD, server.random)).not.toBe(phc);
  });

  it('fit what other programs have made', async () => {
    // A test vector of the reference implementation (P-H-C/phc-winner-argon2, src/test.c).
    const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', phc)).toBe(true);
  });

  it('of nobody fit nothing', async () => {
    expect(await verifyPassword('', undefined)).toBe(false);
  });
});

describe('signing in with a password', () => {
  const signIn = async (password: string, name = 'A. Officer', previous?: string) => {
    const found = await signInWithPassword(deps(), { organisation: ORGANISATION, name, password, previous });
    if (found !== null && 'needs' in found) throw new Error('no second factor is wanted here');
    return found;
  };
  beforeEach(async () => {
    await post('/api/v1/accounts', { name: 'A. Officer', role: 'auditor', password: PASSWORD });
  });

  it('gives a session', async () => {
    const session = await signIn(PASSWORD);
    expect(session).toMatchObject({ name: 'A. Officer', role: 'auditor', expiresAt: server.clock.now() + 7 * DAY });
    const found = await sessionOf(server.db, session?.sessionId ?? '', server.clock.now());
    expect(found?.caller).toEqual({ organisation: ORGANISATION, name: 'A. Officer', role: 'auditor', via: 'session' });
    const stored = JSON.stringify(await server.db.selectFrom('sessions').selectAll().execute());
    expect(stored).not.toContain(session?.sessionId);
  });

  it('is refused with another password, and that is recorded; an unknown name is not', async () => {
    expect(await signIn('another password')).toBeNull();
    expect(await signIn(PASSWORD, 'my-password-typed-here')).toBeNull();
    const recorded = await acts();
    expect(recorded).toContainEqual(
      expect.objectContaining({ action: 'sign-in-refused', target: 'account:A. Officer' }),
    );
    expect(JSON.stringify(recorded)).not.toContain('my-password-typed-here');
  });

  it('is refused for an account that was disabled', async () => {
    await server.db.updateTable('accounts').set({ disabled_at: 1 }).execute();
    expect(await signIn(PASSWORD)).toBeNull();
  });

  it('ends the session that the browser came with, and signing out ends it at once', async () => {
    const first = await signIn(PASSWORD);
    const second = await signIn(PASSWORD, 'A. Officer', first?.sessionId);
    expect(second?.sessionId).not.toBe(first?.sessionId);
    expect(await sessionOf(server.db, first?.sessionId ?? '', server.clock.now())).toBeNull();
    await signOut(deps(), second?.sessionId ?? '');
    expect(await sessionOf(server.db, second?.sessionId ?? '', server.clock.now())).toBeNull();
    expect((await acts()).map(({ action }) => action)).toContain('signed-out');
  });
});

describe('a sign-in code', () => {
  it('signs in once', async () => {
    const { code } = await makeCode();
    const both = await Promise.all([signInWithCode(deps(), { code }), signInWithCode(deps(), { code })]);
    expect(both.filter((session) => session !== null)).toHaveLength(1);
    expect(await signInWithCode(deps(), { code })).toBeNull();
  });

  it('lapses after 24 hours', async () => {
    const [early, late] = [await makeCode(), await makeCode()];
    server.clock.pass(DAY - 1);
    expect(await signInWithCode(deps(), early)).not.toBeNull();
    server.clock.pass(1);
    expect(await signInWithCode(deps(), late)).toBeNull();
  });

  it.each(['', 'x', 'A'.repeat(22), 'A'.repeat(5000)])('that was never given out is refused: %.20s', async (code) => {
    expect(await signInWithCode(deps(), { code })).toBeNull();
  });

  it('is made by an administrator, with its address, and is not in the database', async () => {
    const answer = await post('/api/v1/sign-in-codes', { name: 'A. Officer', role: 'auditor' });
    expect(answer.statusCode).toBe(201);
    const { code, url, expiresAt } = answer.json();
    expect(url).toBe(`http://127.0.0.1:8420/sign-in/${code}`);
    expect(Date.parse(expiresAt)).toBe(server.clock.now() + DAY);
    const stored = JSON.stringify([await server.db.selectFrom('sign_in_codes').selectAll().execute(), await acts()]);
    expect(stored).not.toContain(code);
    expect((await server.as('auditor', { method: 'POST', url: '/api/v1/sign-in-codes', payload: {} })).statusCode).toBe(
      403,
    );
  });
});

describe('/api/v1/accounts', () => {
  it('refuses a name that is taken and a short password', async () => {
    const account = { name: 'A. Officer', role: 'auditor', password: PASSWORD };
    expect((await post('/api/v1/accounts', account)).statusCode).toBe(201);
    expect((await post('/api/v1/accounts', account)).json()).toMatchObject({ status: 409, code: 'account-taken' });
    const short = await post('/api/v1/accounts', { ...account, name: 'B', password: 'short' });
    expect(short.json().errors).toEqual([{ field: 'body.password', expected: 'a password of 12 to 200 characters' }]);
    expect(short.body).not.toContain('short"');
  });
});

describe('/api/v1/tokens', () => {
  it('makes, lists and revokes', async () => {
    const made = await post('/api/v1/tokens', { name: 'fleet', role: 'ict-operator' });
    expect(made.statusCode).toBe(201);
    const { id, token } = made.json();
    expect(token).toMatch(/^beadle_[A-Za-z0-9_-]{43}$/);
    const use = () =>
      server.app.inject({ url: '/metrics', remoteAddress: '10.0.0.9', headers: { authorization: `Bearer ${token}` } });
    expect((await use()).statusCode).toBe(403);

    const list = await server.as('administrator', { url: '/api/v1/tokens' });
    expect(list.json().items).toContainEqual(
      expect.objectContaining({ id, name: 'fleet', role: 'ict-operator', revokedAt: null }),
    );
    expect(list.body).not.toContain(token);

    const revoke = () => server.as('administrator', { method: 'DELETE', url: `/api/v1/tokens/${id}` });
    expect((await revoke()).statusCode).toBe(204);
    expect((await use()).statusCode).toBe(401);
    expect((await revoke()).json().code).toBe('token-unknown');
    expect((await acts()).map(({ action }) => action)).toEqual(['token-made', 'token-revoked']);
    expect(JSON.stringify(await acts())).not.toContain(token);
  });

  it('lets one lapse', async () => {
    const expiresAt = new Date(server.clock.now() + DAY).toISOString();
    const { token } = (await post('/api/v1/tokens', { name: 'short', role: 'auditor', expiresAt })).json();
    const use = async () =>
      (await server.app.inject({ url: '/api/v1/audit', headers: { authorization: `Bearer ${token}` } })).statusCode;
    expect(await use()).toBe(200);
    server.clock.pass(DAY);
    expect(await use()).toBe(401);
    const past = await post('/api/v1/tokens', { name: 'past', role: 'auditor', expiresAt });
    expect(past.json().errors).toEqual([{ field: 'body.expiresAt', expected: 'a time to come' }]);
  });

  it('pages through many', async () => {
    for (let index = 0; index < 5; index += 1) {
      server.clock.pass(1);
      await server.token('auditor', `t${index}`);
    }
    const names: string[] = [];
    let cursor = '';
    do {
      server.clock.pass(1);
      const page = (
        await server.app.inject({
          url: `/api/v1/tokens?limit=2${cursor}`,
          headers: { authorization: `Bearer ${await adminOnce()}` },
        })
      ).json();
      names.push(...page.items.map(({ name }: { name: string }) => name));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(names.filter((name) => name.startsWith('t'))).toEqual(['t4', 't3', 't2', 't1', 't0']);
  });

  let admin: string | undefined;
  const adminOnce = async () => (admin ??= await server.token('administrator', 'pager'));
});
