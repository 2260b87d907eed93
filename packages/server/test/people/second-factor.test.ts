import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretFor, stepOf, forApp, newRecoveryCodes, recoveryHash } from '../../src/people/second-factor/codes.ts';
import { seal, unseal } from '../../src/people/second-factor/seal.ts';
import { seededRandom, startTestServer, type TestServer } from '../app/harness.ts';

const PASSWORD = 'correct horse battery';
const ORIGIN = 'http://127.0.0.1:8420';
const MINUTE = 60_000;
const random = seededRandom();

describe('codes of an app', () => {
  // RFC 6238, appendix B, the last six of its eight digits.
  const rfc = new TextEncoder().encode('12345678901234567890');
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d s are those of the RFC', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(stepOf(code, rfc, { at: seconds * 1000, last: 0 })).toBe(step);
    expect(stepOf(`${code.slice(0, 3)} ${code.slice(3)}`, rfc, { at: seconds * 1000, last: 0 })).toBe(step);
  });

  it('hold half a minute earlier and later, and no longer', () => {
    const [at, last] = [1_111_111_110_000, 0];
    const taken = [-2, -1, 0, 1, 2].map((steps) => {
      const totp = new TOTP({ secret: new Secret({ buffer: rfc.buffer }) });
      return stepOf(totp.generate({ timestamp: at + steps * 30_000 }), rfc, { at, last }) !== undefined;
    });
    expect(taken).toEqual([false, true, true, true, false]);
  });

  it('that were taken are not taken again, nor those before them', () => {
    const step = Math.floor(59 / 30);
    expect(stepOf('287082', rfc, { at: 59_000, last: step })).toBeUndefined();
    expect(stepOf('287082', rfc, { at: 59_000, last: step + 1 })).toBeUndefined();
  });

  it('are six digits: any other text is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\s*(\d\s*){6}$/.test(text));
        expect(stepOf(text, rfc, { at: 59_000, last: 0 })).toBeUndefined();
      }),
    );
  });

  it('come of a key that an attempt alone gives, and a link that says whose it is', () => {
    const secret = secretFor('one');
    expect(secret).toHaveLength(20);
    expect(secretFor('one')).toEqual(secret);
    expect(secretFor('two')).not.toEqual(secret);
    const { key, link } = forApp(secret, { issuer: 'Beadle, Council: of x', label: 'Ann Officer' });
    expect(key).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
    const url = new URL(link);
    expect(url.protocol).toBe('otpauth:');
    expect(url.searchParams.get('secret')).toBe(key.replaceAll(' ', ''));
    expect(url.searchParams.get('issuer')).toBe('Beadle, Council  of x');
  });
});

describe('recovery codes', () => {
  it('are ten, each of its own, and the same however they are typed', () => {
    const codes = newRecoveryCodes(random);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
      expect(recoveryHash(typed)).toBe(recoveryHash(code));
    }
  });
});

describe('a sealed secret', () => {
  const key = random.bytes(32);
  it('opens with its key, for its account, unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(60), (secret, place) => {
        const text = seal(secret, 'ann', key, random);
        expect(Uint8Array.from(unseal(text, 'ann', key) ?? [9, 9])).toEqual(secret);
        expect(unseal(text, 'sam', key)).toBeUndefined();
        expect(unseal(text, 'ann', random.bytes(32))).toBeUndefined();
        const bytes = Buffer.from(text, 'base64url');
        const at = place % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        expect(unseal(bytes.toString('base64url'), 'ann', key)).toBeUndefined();
      }),
    );
  });

  it.each(['', 'x', 'AAAA'])('of another text is none: "%s"', (text) => {
    expect(unseal(text, 'ann', key)).toBeUndefined();
  });
});

describe('signing in with a second factor', () => {
  let server: TestServer;
  const start = async (environment: Record<string, string>) => {
    server = await startTestServer(environment);
    const payload = { name: 'Ann Officer', role: 'auditor', password: PASSWORD };
    await server.as('administrator', { method: 'POST', url: '/api/v1/accounts', payload });
  };
  beforeEach(() => start({ BEADLE_SERVER_SECOND_FACTOR: 'required' }));
  afterEach(() => server.close());

  type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;
  const cookieOf = (answer: Answer, name: string) =>
    answer.cookies.find((cookie) => cookie.name === name && cookie.value !== '')?.value;
  let port = 0;
  /** From an address of its own, so that limits by address do not hide those by account. */
  const ask = (method: 'GET' | 'POST', url: string, attempt = '', fields: Record<string, string> = {}) => {
    port += 1;
    const remoteAddress = `10.1.${Math.floor(port / 200)}.${port % 200}`;
    const cookies = { 'beadle-sign-in': attempt };
    if (method === 'GET') return server.app.inject({ url, cookies, remoteAddress });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
    return server.app.inject({
      method,
      url,
      cookies,
      remoteAddress,
      headers,
      payload: new URLSearchParams(fields).toString(),
    });
  };
  const withPassword = async (next = '/') => {
    const answer = await ask('POST', '/sign-in', '', { name: 'Ann Officer', password: PASSWORD, next });
    return { answer, attempt: cookieOf(answer, 'beadle-sign-in') ?? '' };
  };
  const codeAt = (key: string, at = server.clock.now()) =>
    new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: at });
  const keyOf = async (attempt: string) => {
    const page = await ask('GET', '/sign-in/second-factor/set-up', attempt);
    return (/app-hash">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
  };
  const setUp = async () => {
    const { attempt } = await withPassword();
    const key = await keyOf(attempt);
    const answer = await ask('POST', '/sign-in/second-factor/set-up', attempt, { code: codeAt(key) });
    return {
      key,
      answer,
      codes: [...answer.body.matchAll(/app-hash">([0-9A-Z-]{19})</g)].map(([, code]) => code ?? ''),
    };
  };
  const sessions = async () => (await server.db.selectFrom('sessions').select('name').execute()).length;
  const send = async (code: string, next?: string) => {
    const { attempt } = await withPassword(next);
    return ask('POST', '/sign-in/second-factor', attempt, { code });
  };

  it('sets an app up at the first sign-in, with the key as text and as a link, and gives recovery codes once', async () => {
    const { answer, attempt } = await withPassword();
    expect(answer.headers.location).toBe('/sign-in/second-factor');
    expect(cookieOf(answer, 'beadle-session')).toBeUndefined();
    expect((await ask('GET', '/sign-in/second-factor', attempt)).headers.location).toBe(
      '/sign-in/second-factor/set-up',
    );
    const page = await ask('GET', '/sign-in/second-factor/set-up', attempt);
    const key = await keyOf(attempt);
    expect(page.body).toContain(`secret=${key}`);
    const wrong = await ask('POST', '/sign-in/second-factor/set-up', attempt, { code: '000000' });
    expect(wrong.statusCode).toBe(401);
    expect(await sessions()).toBe(0);
    const done = await ask('POST', '/sign-in/second-factor/set-up', attempt, { code: codeAt(key) });
    expect(done.statusCode).toBe(200);
    expect(cookieOf(done, 'beadle-session')).toBeDefined();
    const stored = JSON.stringify([
      await server.db.selectFrom('accounts').selectAll().execute(),
      await server.db.selectFrom('recovery_codes').selectAll().execute(),
      await server.db.selectFrom('audit').selectAll().execute(),
      server.logged,
    ]);
    for (const [, code] of done.body.matchAll(/app-hash">([0-9A-Z-]{19})</g)) expect(stored).not.toContain(code);
    expect(stored).not.toContain(key);
    expect(stored).toContain('second-factor-set-up');
  });

  it('lets in with a code, to the page that was asked for', async () => {
    const { key } = await setUp();
    server.clock.pass(MINUTE);
    const answer = await send(codeAt(key), '/devices');
    expect(answer.headers.location).toBe('/devices');
    expect(cookieOf(answer, 'beadle-session')).toBeDefined();
  });

  it('takes no code twice: neither the one that set it up, nor of two that come at once', async () => {
    const { key } = await setUp();
    expect((await send(codeAt(key))).statusCode).toBe(401);
    server.clock.pass(MINUTE);
    const both = await Promise.all([send(codeAt(key)), send(codeAt(key))]);
    expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([303, 401]);
  });

  it('takes each recovery code once', async () => {
    const { codes } = await setUp();
    expect(codes).toHaveLength(10);
    expect((await send(codes[3]?.toLowerCase() ?? '')).statusCode).toBe(303);
    expect((await send(codes[3] ?? '')).statusCode).toBe(401);
    expect((await send(codes[4] ?? '')).statusCode).toBe(303);
  });

  it('asks for the password again after five wrong codes, and pauses the account after ten', async () => {
    const { key } = await setUp();
    server.clock.pass(MINUTE);
    const tries = async (attempt: string) => {
      const answers: Answer[] = [];
      for (let count = 0; count < 6; count += 1)
        answers.push(await ask('POST', '/sign-in/second-factor', attempt, { code: '000000' }));
      return answers.map(({ statusCode }) => statusCode);
    };
    const [first, second] = [await withPassword(), await withPassword()];
    expect(await tries(first.attempt)).toEqual([401, 401, 401, 401, 401, 303]);
    expect(await tries(second.attempt)).toEqual([401, 401, 401, 401, 401, 303]);
    const paused = await send(codeAt(key));
    expect(paused.statusCode).toBe(401);
    expect(paused.body).toContain('Try again in 15 minutes');
    server.clock.pass(15 * MINUTE);
    expect((await send(codeAt(key))).statusCode).toBe(303);
  });

  it('is slowed down to 20 codes a minute from one address', async () => {
    const statuses = new Set<number>();
    for (let count = 0; count < 21; count += 1) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
      const request = { method: 'POST', url: '/sign-in/second-factor', headers, payload: 'code=1' } as const;
      statuses.add((await server.app.inject(request)).statusCode);
    }
    expect([...statuses]).toEqual([303, 429]);
  });

  it('is passed by nobody without the password, nor with an attempt of another kind or of before', async () => {
    await setUp();
    for (const attempt of ['', 'x'.repeat(43)]) {
      expect((await ask('GET', '/sign-in/second-factor', attempt)).headers.location).toBe('/sign-in');
      const answer = await ask('POST', '/sign-in/second-factor', attempt, { code: '000000' });
      expect(answer.headers.location).toBe('/sign-in');
    }
    const { attempt } = await withPassword();
    server.clock.pass(10 * MINUTE);
    expect((await ask('GET', '/sign-in/second-factor', attempt)).headers.location).toBe('/sign-in');
  });

  it('cannot be set up anew by whoever has only the password', async () => {
    await setUp();
    const { attempt } = await withPassword();
    expect((await ask('GET', '/sign-in/second-factor/set-up', attempt)).headers.location).toBe(
      '/sign-in/second-factor',
    );
    const code = codeAt(forApp(secretFor(attempt), { issuer: 'x', label: 'y' }).key.replaceAll(' ', ''));
    const answer = await ask('POST', '/sign-in/second-factor/set-up', attempt, { code });
    expect(answer.headers.location).toBe('/sign-in');
    expect(await sessions()).toBe(1);
  });

  it('is over for an account that is disabled meanwhile', async () => {
    const { key } = await setUp();
    server.clock.pass(MINUTE);
    const { attempt } = await withPassword();
    const url = '/api/v1/accounts/Ann%20Officer';
    await server.as('administrator', { method: 'PATCH', url, payload: { disabled: true } });
    const answer = await ask('POST', '/sign-in/second-factor', attempt, { code: codeAt(key) });
    expect(answer.headers.location).toBe('/sign-in');
  });

  it('is asked for by no server where it is optional and the account has none', async () => {
    await server.close();
    await start({});
    const { answer } = await withPassword();
    expect(cookieOf(answer, 'beadle-session')).toBeDefined();
    await server.db.updateTable('accounts').set({ second_factor_wanted: 1 }).execute();
    expect((await withPassword()).answer.headers.location).toBe('/sign-in/second-factor');
  });
});
