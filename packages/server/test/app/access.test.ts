import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf, PERMISSIONS } from '../../src/access.ts';
import { guardAccess } from '../../src/app/access.ts';
import { limitRates } from '../../src/app/limits.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { CALLER_ROLES, may, PERMITTED } from '../../src/people/permissions.ts';
import { SESSION, startSession } from '../../src/people/sessions.ts';
import Fastify from 'fastify';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ BEADLE_SERVER_ORIGIN: 'https://beadle.test' });
});
afterAll(() => server.close());

const inject = (request: InjectOptions) => server.app.inject(request);

async function signedIn(role: 'administrator' | 'worker' = 'administrator'): Promise<string> {
  const person = { organisation: ORGANISATION, name: 'A. Officer', role };
  const { sessionId } = await server.db
    .transaction()
    .execute((tx) => startSession(tx, person, { at: server.clock.now(), by: 'code', browser: null }, server.random));
  return sessionId;
}
const cookies = (sessionId: string) => ({ '__Host-beadle-session': sessionId });

describe('the table of roles', () => {
  it('lets everybody report a breach, and only an administrator make tokens and accounts', () => {
    for (const role of CALLER_ROLES) {
      expect(may(role, 'breaches:report')).toBe(true);
      expect(may(role, 'tokens:write')).toBe(role === 'administrator');
      expect(may(role, 'accounts:write')).toBe(role === 'administrator');
    }
  });

  it('names permissions that exist, each once', () => {
    for (const permissions of Object.values(PERMITTED)) {
      expect(new Set(permissions).size).toBe(permissions.length);
      expect(permissions.every((permission) => PERMISSIONS.includes(permission))).toBe(true);
    }
  });
});

describe('a route', () => {
  it('that does not say who may call it keeps the server from starting', async () => {
    const app: FastifyInstance = Fastify();
    const { db, clock, settings, keys } = server;
    guardAccess(app, { db, clock, settings, secret: keys.tokenKey });
    app.get('/open-by-mistake', () => 'x');
    await expect(app.ready()).rejects.toThrow('GET /open-by-mistake declares no config.access');
  });

  it('refuses whoever has not signed in', async () => {
    const answer = await inject({ url: '/api/v1/audit' });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="beadle"');
    expect(answer.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
  });

  it.each(['Bearer nonsense', `Bearer beadle_${'a'.repeat(43)}`, 'Basic YTpi', 'Bearer'])(
    'refuses %s',
    async (authorization) => {
      expect((await inject({ url: '/api/v1/audit', headers: { authorization } })).statusCode).toBe(401);
    },
  );

  it('refuses a role that may not, before it reads the body', async () => {
    const answer = await server.as('worker', { method: 'POST', url: '/api/v1/tokens', payload: 'not even JSON' });
    expect(answer.json()).toMatchObject({ code: 'not-permitted', status: 403 });
  });
});

describe('validation', () => {
  const post = (payload: unknown) =>
    server.as('administrator', { method: 'POST', url: '/api/v1/tokens', payload: payload as object });

  it('names each field and what was expected', async () => {
    const answer = await post({ role: 'boss', extra: 1 });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.json().errors).toEqual(
      expect.arrayContaining([
        { field: 'body.name', expected: 'a name of 1 to 100 characters' },
        { field: 'body.role', expected: expect.stringContaining('one of administrator') },
        { field: 'body.extra', expected: 'not to be there: it is not known' },
      ]),
    );
  });

  it('coerces nothing in a body', async () => {
    expect((await post({ name: 7, role: 'auditor' })).json()).toMatchObject({ code: 'validation' });
  });

  it('reads numbers from a query, and refuses what is none', async () => {
    expect((await server.as('auditor', { url: '/api/v1/audit?limit=1' })).statusCode).toBe(200);
    for (const limit of ['x', '0', '501', '1.5', '']) {
      const answer = await server.as('auditor', { url: `/api/v1/audit?limit=${limit}` });
      expect(answer.json().errors).toEqual([{ field: 'query.limit', expected: 'a number from 1 to 500' }]);
    }
    expect((await server.as('auditor', { url: '/api/v1/audit?limt=1' })).json().code).toBe('validation');
  });

  it('tells a body that is too large, of another type or not JSON', async () => {
    const send = (payload: string, type: string) =>
      server.as('administrator', { method: 'POST', url: '/api/v1/tokens', payload, headers: { 'content-type': type } });
    expect((await send('{', 'application/json')).statusCode).toBe(400);
    expect((await send('x', 'text/plain')).json().code).toBe('unsupported-type');
    expect((await send(`"${'x'.repeat(2 ** 20)}"`, 'application/json')).json().code).toBe('too-large');
  });
});

describe('a session', () => {
  it('may do what its role may', async () => {
    expect((await inject({ url: '/api/v1/audit', cookies: cookies(await signedIn()) })).statusCode).toBe(200);
    expect((await inject({ url: '/api/v1/audit', cookies: cookies(await signedIn('worker')) })).statusCode).toBe(403);
  });

  it('ends 12 hours after its last use', async () => {
    const sessionId = await signedIn();
    const use = async () => (await inject({ url: '/api/v1/audit', cookies: cookies(sessionId) })).statusCode;
    server.clock.pass(SESSION.idle - 1000);
    expect(await use()).toBe(200);
    server.clock.pass(SESSION.idle - 1000);
    expect(await use()).toBe(200);
    server.clock.pass(SESSION.idle);
    expect(await use()).toBe(401);
  });

  it('ends 7 days after the sign-in however much it is used', async () => {
    const sessionId = await signedIn();
    const use = async () => (await inject({ url: '/api/v1/audit', cookies: cookies(sessionId) })).statusCode;
    for (let passed = 0; passed < SESSION.absolute.code - SESSION.idle; passed += SESSION.idle / 2) {
      expect(await use()).toBe(200);
      server.clock.pass(SESSION.idle / 2);
    }
    server.clock.pass(SESSION.idle);
    expect(await use()).toBe(401);
  });
});

describe('a request that another site made the browser send', () => {
  const payload = { name: 'x', role: 'auditor' };
  const post = async (headers: Record<string, string>) => {
    const answer = await inject({
      method: 'POST',
      url: '/api/v1/tokens',
      payload,
      cookies: cookies(await signedIn()),
      headers,
    });
    return answer.json().code ?? answer.statusCode;
  };

  it('is refused by where it says it comes from', async () => {
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe('cross-site');
    expect(await post({ 'sec-fetch-site': 'same-site', origin: 'https://beadle.test' })).toBe('cross-site');
    expect(await post({ origin: 'https://elsewhere.test' })).toBe('cross-site');
    expect(await post({ origin: 'null' })).toBe('cross-site');
  });

  it('is refused without the token of the session', async () => {
    expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe('cross-site');
    expect(await post({ 'sec-fetch-site': 'same-origin', 'x-csrf-token': 'x'.repeat(43) })).toBe('cross-site');
  });

  it('is refused with the token of another session', async () => {
    const forms = await formServer();
    const token = (await forms.inject({ url: '/form', cookies: cookies(await signedIn()) })).body;
    const send = async (sessionId: string, body: string) => {
      const request = { method: 'POST' as const, url: '/form', cookies: cookies(sessionId), payload: body };
      return forms.inject({ ...request, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    };
    expect((await send(await signedIn(), `_csrf=${token}&note=a`)).statusCode).toBe(403);
    const own = await signedIn();
    const ownToken = (await forms.inject({ url: '/form', cookies: cookies(own) })).body;
    const answer = await send(own, `_csrf=${ownToken}&note=a`);
    expect(answer.json()).toEqual({ note: 'a', by: 'A. Officer' });
    await forms.close();
  });

  it('does not concern a script with a token', async () => {
    const answer = await server.as('administrator', {
      method: 'POST',
      url: '/api/v1/tokens',
      payload,
      headers: { origin: 'https://elsewhere.test' },
    });
    expect(answer.statusCode).toBe(201);
  });
});

/** A page with a form, as the console has them. */
async function formServer(): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify();
  await app.register(import('@fastify/cookie'));
  await app.register(import('@fastify/formbody'));
  const { db, clock, settings, keys } = server;
  guardAccess(app, { db, clock, settings, secret: keys.tokenKey });
  const config = { access: 'console' } as const;
  app.setErrorHandler((_error, _request, reply) => reply.status(403).send('refused'));
  app.get('/form', { config }, (_request, reply) => reply.generateCsrf());
  app.post('/form', { config }, (request) => ({ ...(request.body as object), by: callerOf(request).name }));
  return app;
}

describe('what is logged', () => {
  it('holds no secret', async () => {
    const token = await server.token('administrator', 'quiet');
    server.logged.length = 0;
    await inject({ url: '/api/v1/audit?actor=J.%20Bloggs', headers: { authorization: `Bearer ${token}` } });
    await inject({ url: '/sign-in/one-time-code' });
    server.app.log.info(
      { token, nested: { password: 'hunter2', headers: { cookie: 'a', authorization: 'b' } } },
      'test',
    );
    const text = JSON.stringify(server.logged);
    for (const secret of [token, 'Bloggs', 'one-time-code', 'hunter2', '"a"', '"b"'])
      expect(text).not.toContain(secret);
    expect(server.logged).toContainEqual(
      expect.objectContaining({ route: '/api/v1/audit', status: 200, caller: 'quiet' }),
    );
  });

  it('has what a failure was, which the answer has not', async () => {
    const broken = await startTestServer();
    await broken.db.schema.dropTable('audit').execute();
    const answer = await broken.as('auditor', { url: '/api/v1/audit' });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/sql|table|audit$/i);
    const { requestId } = answer.json();
    expect(broken.logged).toContainEqual(
      expect.objectContaining({
        requestId,
        msg: 'a request failed',
        // As each engine puts it.
        err: expect.objectContaining({
          message: expect.stringMatching(/no such table: audit|relation "audit" does not exist/),
        }),
      }),
    );
    await broken.close();
  });
});

describe('guessing', () => {
  it('a password is slowed down from the twenty-first within a minute', async () => {
    const app: FastifyInstance = Fastify();
    app.decorateRequest('caller', null);
    await limitRates(app);
    app.post('/sign-in', () => 'refused');
    const statuses: number[] = [];
    for (let count = 0; count < 21; count += 1) {
      statuses.push((await app.inject({ method: 'POST', url: '/sign-in' })).statusCode);
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    await app.close();
  });

  it('is slowed down, a caller apart from the others', async () => {
    const statuses = new Set<number>();
    for (let count = 0; count < 1201; count += 1)
      statuses.add((await inject({ url: '/health/live', remoteAddress: '10.9.9.9' })).statusCode);
    expect(statuses).toEqual(new Set([200, 429]));
    const answer = await inject({ url: '/health/live', remoteAddress: '10.9.9.9' });
    expect(answer.json()).toMatchObject({ code: 'too-many-requests' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await inject({ url: '/health/live', remoteAddress: '10.9.9.8' })).statusCode).toBe(200);
  });
});
