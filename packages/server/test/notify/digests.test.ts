import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextDaily, nextWeekly } from '../../src/organisation/digests.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { DEFAULT_SETTINGS } from '../../src/organisation/settings.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { breach, HOUR, ISTL, queue } from './receivers.ts';

const at = (time: string) => Date.parse(time);
const iso = (time: number) => new Date(time).toISOString();

describe('the next digest', () => {
  it.each([
    // Summer time begins on 29 March 2026 at 1:00 UTC and ends on 25 October at 1:00 UTC.
    ['2026-06-04T08:32:00Z', '07:30', '2026-06-05T06:30:00.000Z'],
    ['2026-06-04T06:29:59Z', '07:30', '2026-06-04T06:30:00.000Z'],
    ['2026-06-04T06:30:00Z', '07:30', '2026-06-05T06:30:00.000Z'],
    ['2026-03-28T07:30:00Z', '07:30', '2026-03-29T06:30:00.000Z'],
    ['2026-10-24T06:30:00Z', '07:30', '2026-10-25T07:30:00.000Z'],
    // 1:30 is left out in March, and comes twice in October, of which the first counts.
    ['2026-03-29T00:00:00Z', '01:30', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T00:00:00Z', '01:30', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T00:30:00Z', '01:30', '2026-10-26T01:30:00.000Z'],
  ])('after %s at %s is at %s', (now, time, next) => {
    expect(iso(nextDaily(at(now), time))).toBe(next);
  });

  it.each([
    ['2026-06-04T08:32:00Z', { day: 'monday', at: '07:00' }, '2026-06-08T06:00:00.000Z'],
    ['2026-06-08T06:00:00Z', { day: 'monday', at: '07:00' }, '2026-06-15T06:00:00.000Z'],
    ['2026-06-04T08:32:00Z', { day: 'thursday', at: '16:00' }, '2026-06-04T15:00:00.000Z'],
    ['2026-10-23T08:32:00Z', { day: 'monday', at: '07:00' }, '2026-10-26T07:00:00.000Z'],
    ['2026-06-07T22:30:00Z', { day: 'sunday', at: '23:00' }, '2026-06-14T22:00:00.000Z'],
  ] as const)('of the week after %s on %j is at %s', (now, weekly, next) => {
    expect(iso(nextWeekly(at(now), weekly))).toBe(next);
  });
});

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.app.jobs.runDue();
});
afterEach(() => server.close());

const digests = (type = 'digest.daily') =>
  server.db.selectFrom('notices').selectAll().where('type', '=', type).orderBy('id').execute();
async function days(count: number) {
  for (let hour = 0; hour < count * 24; hour += 6) {
    server.clock.pass(6 * HOUR);
    await server.app.jobs.runDue();
  }
}

describe('the digest of the day', () => {
  it('is not sent where there is nothing to say', async () => {
    await days(3);
    expect(await digests()).toEqual([]);
  });

  it('says what is new, whose time runs out, and what waits, once a day', async () => {
    await breach(server, 'BR-1', { opened_at: server.clock.now() + 1 });
    await breach(server, 'BR-2', { opened_at: server.clock.now() + 1, duty: 'ict' });
    await breach(server, 'BR-3', { opened_at: server.clock.now() + 1, check_name: 'contact', duty: 'ict' });
    const earlier = server.clock.now() - 30 * HOUR;
    await breach(server, 'BR-4', { opened_at: earlier, aware_at: earlier, status: 'acknowledged' });
    await days(1);
    const [first, ...more] = await digests();
    expect(more).toEqual([]);
    expect(first).toMatchObject({ role: ISTL, title: 'Today: 1 new breach, 1 not acknowledged' });
    expect(first?.body).toContain('New since the last digest:\nBR-1: section 5.9, high');
    expect(first?.body).toContain('New for ICT: 1 device problem.');
    expect(first?.body).toMatch(/72 hours[^\n]*\nBR-4: 6 June 2026 at 3:32am/);
    expect(first?.body).not.toContain('BR-3');
    // As where a process died before it said that the job was done.
    await server.db
      .updateTable('jobs')
      .set({ run_at: server.clock.now() })
      .where('kind', '=', 'daily-digest')
      .where('status', '=', 'waiting')
      .execute();
    await server.app.jobs.runDue();
    expect(await digests()).toHaveLength(1);
    await days(1);
    const [, second] = await digests();
    expect(second?.body).not.toContain('New since');
    expect(second?.body).toContain('Not acknowledged yet, the oldest first (1):\nBR-1');
  });

  it('says which actions are due, and not what they are', async () => {
    const id = await breach(server, 'BR-1', { opened_at: 0, status: 'confirmed', triage: 'confirmed' });
    const action = async (days_: number) => {
      const now = server.clock.now();
      const made = {
        organisation: ORGANISATION,
        id: `a${days_}`,
        breach: id,
        owner: 'Robin',
        made_at: now,
        made_by: 'Ann',
      };
      const end = { ended_at: null, ended_by: null, outcome: null, note: null };
      const row = { ...made, ...end, title: 'Ring Ms Marsh', due_at: now + days_ * 24 * HOUR };
      await server.db.insertInto('breach_actions').values(row).execute();
    };
    await action(1);
    await action(-2);
    await action(5);
    await days(1);
    const [first] = await digests();
    expect(first?.body).toMatch(/Actions that are due:\nBR-1: overdue since [^\n]+\nBR-1: by [^\n]+\n\n/);
    expect(first?.body).not.toMatch(/Marsh|Robin/);
  });

  it('says which messages could not be delivered, and not what another way brought', async () => {
    const [lost, brought] = [await queue(server), await queue(server)];
    await server.app.jobs.runDue();
    await server.db
      .updateTable('notices')
      .set({ status: 'failed', last_error: 'No such address.' })
      .where('id', 'in', [lost, brought])
      .execute();
    await queue(server, { insteadOf: brought });
    await days(1);
    const [digest] = await digests();
    expect(digest?.title).toBe('Today: messages that could not be delivered');
    expect(digest?.body).toContain('mail: 1. The last said: No such address.');
  });

  it('comes at the time of the settings, from the moment that they change', async () => {
    await breach(server, 'BR-1');
    const put = (daily: string | null) =>
      server.as(ISTL, {
        method: 'PUT',
        url: '/api/v1/organisation',
        payload: { name: 'Council', ...DEFAULT_SETTINGS, digests: { daily, weekly: null } },
      });
    // It is 9:32am.
    expect((await put('09:45')).statusCode).toBe(200);
    server.clock.pass(14 * 60_000);
    await server.app.jobs.runDue();
    expect(await digests()).toHaveLength(1);
    await put(null);
    await days(9);
    expect(await digests()).toHaveLength(1);
    expect(await digests('digest.weekly')).toEqual([]);
    const { digests: _, ...before } = DEFAULT_SETTINGS;
    await server.as(ISTL, { method: 'PUT', url: '/api/v1/organisation', payload: { name: 'Council', ...before } });
    const left = await server.as(ISTL, { url: '/api/v1/organisation' });
    expect(left.json().digests).toEqual({ daily: null, weekly: null });
    expect((await put('25:00')).json().errors[0].field).toContain('body.digests');
  });
});

describe('the digest of the week', () => {
  it('says what got better and how it was the week before, and the duties are not added up', async () => {
    const now = server.clock.now();
    await breach(server, 'BR-1', { opened_at: now - 5 * 24 * HOUR, status: 'closed', ended_at: now + HOUR });
    await breach(server, 'BR-2', { duty: 'ict', status: 'restored', ended_at: now + HOUR, clause: '5.2' });
    await days(5);
    const [digest, ...more] = await digests('digest.weekly');
    expect(more).toEqual([]);
    expect(digest?.title).toBe('The week: 0 new breaches, 1 ended');
    expect(digest?.body).toContain('Breaches for you: 0 new (1 the week before), 1 ended (0 the week before).');
    expect(digest?.body).toContain('Device problems for ICT: 1 new (0 the week before), 1 ended (0 the week before).');
    expect(digest?.body).toContain('Put right on devices this week:\nSection 5.2: 1 time');
  });
});
