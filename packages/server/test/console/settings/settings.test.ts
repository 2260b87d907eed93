import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationsKnown } from '../../../src/db/migrate.ts';
import { type Browser, type ConsoleServer, startConsoleServer } from '../../support/console-server.ts';
import { seedBreach, seedNotice } from '../../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

const path = '/settings';
const test = () => officer.post('/settings/test-message', {}, '/settings/test-message');
const begun = async () =>
  (await server.db.selectFrom('audit').select(['action', 'actor']).where('action', 'like', 'channel%').execute()).map(
    ({ action, actor }) => `${actor}: ${action}`,
  );

describe('the settings page', () => {
  it('tells what the server is set to, and where', async () => {
    const { statusCode, body } = await officer.get(path);
    expect(statusCode).toBe(200);
    for (const words of [
      'Northmere Borough Council',
      'Monday: 09:00 to 17:00',
      'Saturday: closed',
      '31 August 2026',
      'Critical: 1 hour',
      'No policy is in force',
      (await migrationsKnown(server.db)).at(-1) ?? 'none',
      'Noting how the devices stand',
      'PUT /api/v1/organisation',
      'no server: files in',
    ])
      expect(body).toContain(words);
    expect(body).toMatch(/SQLite|PostgreSQL/);
  });

  it('shows no secret', async () => {
    const { body } = await officer.get(path);
    expect(body).not.toMatch(/:\/\/[^/\s<]*:[^/\s<]*@/);
    expect(body).not.toMatch(/password=|BEGIN PRIVATE|token-key|secret/i);
  });

  it('tells of each channel when it last worked, and what waits', async () => {
    const { id } = await seedBreach(server.db, null);
    await seedNotice(server.db, id, { sent_at: Date.parse('2026-06-03T10:00:00Z') });
    await seedNotice(server.db, id, { status: 'waiting', sent_at: null, attempts: 2, last_error: '451 <try> later' });
    const { body } = await officer.get(path);
    expect(body).toContain('3 June 2026 at 11:00am');
    expect(body).toContain('1 message waiting.');
    expect(body).toContain('The last said: 451 &lt;try&gt; later');
  });

  it('is for whoever may read the settings, and in the navigation of nobody else', async () => {
    const seen = async (role: Parameters<ConsoleServer['signIn']>[0]) => {
      const browser = await server.signIn(role, `A ${role}`);
      return [(await browser.get(path)).statusCode, (await browser.get('/report')).body.includes('href="/settings"')];
    };
    expect(await seen('ict-administrator')).toEqual([200, true]);
    expect(await seen('auditor')).toEqual([200, true]);
    expect(await seen('ict-operator')).toEqual([403, false]);
    expect(await seen('worker')).toEqual([403, false]);
  });
});

describe('a test message', () => {
  it('is asked about once more, and goes by each channel', async () => {
    expect((await officer.get('/settings/test-message')).body).toContain('Are you sure');
    const answer = await test();
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/settings?done=tested#channels']);
    expect((await officer.get('/settings?done=tested')).body).toContain('Email: sent');
    expect(await begun()).toEqual(['Ann Officer: channel-test-begun', 'Ann Officer: channels-tested']);
  });

  it('is not sent again within a minute, by anybody', async () => {
    const answer = await test();
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('Wait a minute');
    expect(await begun()).toHaveLength(2);
    server.clock.pass(60_001);
    expect((await test()).statusCode).toBe(303);
  });

  it('is sent by nobody who may only read, and not without the token of the form', async () => {
    const auditor = await server.signIn('auditor', 'Al Auditor');
    expect((await auditor.post('/settings/test-message', {}, path)).statusCode).toBe(403);
    const bare = await server.app.inject({
      method: 'POST',
      url: '/settings/test-message',
      headers: { cookie: officer.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    });
    expect(bare.statusCode).toBe(403);
  });
});
