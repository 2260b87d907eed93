import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { escalate } from '../../src/breaches/clocks/escalate.ts';
import { runningClocks } from '../../src/breaches/clocks/running.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

const OFFICER = 'information-security-team-leader';
const at = (text: string) => Date.parse(text);

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await seedDevice(server.db, { id: 'one', asset_tag: 'DBC-1' });
});
afterEach(() => server.close());

const seed = (severity: string, notified: string, more: object = {}) =>
  seedBreach(server.db, 'one', { severity, notified_at: at(notified), duty: 'holder', ...more });

async function lookAt(time: string): Promise<string[]> {
  server.clock.time = at(time);
  const { db, random, clock } = server;
  await escalate(db, ORGANISATION, { now: clock.now(), random, origin: 'https://beadle.example' });
  const rows = await db
    .selectFrom('notices')
    .select(['role', 'standing', 'title'])
    // Those of one moment have ids in no order.
    .orderBy('created_at')
    .orderBy('title')
    .orderBy('role')
    .execute();
  return rows.map(({ role, standing, title }) => `${title} -> ${standing === 'deputy' ? 'deputy of ' : ''}${role}`);
}

describe('what nobody acknowledges', () => {
  // When it was told of, and how many messages there are at each look.
  const CASES: readonly (readonly [string, string, readonly (readonly [string, number])[]])[] = [
    // Friday at 16:00 (BST): four working hours end on Monday at 12:00, and four more at 16:00.
    [
      'high',
      '2026-06-05T15:00:00Z',
      [
        ['2026-06-08T10:59:00Z', 0],
        ['2026-06-08T11:00:00Z', 1],
        ['2026-06-08T15:00:00Z', 2],
      ],
    ],
    // The same before a bank holiday, Monday 25 May: a day later.
    [
      'high',
      '2026-05-22T15:00:00Z',
      [
        ['2026-05-25T16:00:00Z', 0],
        ['2026-05-26T11:00:00Z', 1],
        ['2026-05-26T15:00:00Z', 2],
      ],
    ],
    // Critical on a Saturday night, by a device alone: an hour has passed by midnight, and nobody is woken before Monday.
    [
      'critical',
      '2026-06-06T22:00:00Z',
      [
        ['2026-06-07T12:00:00Z', 0],
        ['2026-06-08T08:00:00Z', 1],
        ['2026-06-08T09:00:00Z', 2],
      ],
    ],
  ];

  it.each(CASES)('and is %s, told at %s, goes to the deputy and then to the SIRO', async (severity, told, looks) => {
    const { ref } = await seed(severity, told);
    const messages = [
      `${ref} has not been acknowledged -> deputy of ${OFFICER}`,
      `${ref} has not been acknowledged -> siro`,
    ];
    for (const [time, count] of looks) expect(await lookAt(time)).toEqual(messages.slice(0, count));
    expect(await lookAt('2026-07-01T12:00:00Z')).toEqual(messages);
  });

  it('and is a device that was lost or stolen, wakes somebody', async () => {
    await seed('critical', '2026-06-06T22:00:00Z', { category: 'stolen', kind: 'person' });
    expect(await lookAt('2026-06-06T23:00:00Z')).toHaveLength(1);
    expect(await lookAt('2026-06-07T00:00:00Z')).toHaveLength(2);
  });

  it('wakes somebody once a person has confirmed that it is critical', async () => {
    const { id } = await seed('critical', '2026-06-06T22:00:00Z');
    expect(await lookAt('2026-06-07T02:00:00Z')).toEqual([]);
    await server.db.updateTable('breaches').set({ triage: 'confirmed' }).where('id', '=', id).execute();
    expect(await lookAt('2026-06-07T02:01:00Z')).toHaveLength(2);
  });

  it('is one message, however many there are, and of several that are one item the first', async () => {
    const cluster = { cluster: 'c1', duty: 'ict' };
    for (const subject of ['a', 'b', 'c']) await seed('critical', '2026-06-08T08:00:00Z', { subject, ...cluster });
    await seed('high', '2026-06-08T08:00:00Z', { subject: 'd' });
    expect(await lookAt('2026-06-08T12:00:00Z')).toEqual([
      `2 breaches have not been acknowledged -> deputy of ${OFFICER}`,
      expect.stringMatching(/^BR-[\d-]+ has not been acknowledged -> siro$/),
    ]);
  });

  it('and implicates an officer, goes to the SIRO and to nobody else', async () => {
    const { ref } = await seed('critical', '2026-06-08T08:00:00Z', { concealed_from: '["kim"]' });
    expect(await lookAt('2026-06-08T12:00:00Z')).toEqual([`${ref} has not been acknowledged -> siro`]);
  });
});

describe('what is acknowledged, has ended, or was told to nobody', () => {
  it('is not escalated', async () => {
    const told = '2026-06-05T08:00:00Z';
    await seed('high', told, { subject: 'a', acknowledged_at: at('2026-06-05T08:01:00Z') });
    await seed('high', told, { subject: 'b', ended_at: at(told), status: 'restored' });
    await seed('high', told, { subject: 'c', notified_at: null });
    await seed('info', told, { subject: 'd' });
    expect(await lookAt('2026-07-01T12:00:00Z')).toEqual([]);
  });
});

describe('the clocks of a breach', () => {
  it('are read with it, by both readings, and a decision stops none', async () => {
    const post = (url: string, payload: object, role: 'worker' | typeof OFFICER = OFFICER) =>
      server.as(role, { method: 'POST', url: `/api/v1/breaches${url}`, payload });
    const { ref } = (await post('', { title: 'Lost', description: 'x' }, 'worker')).json();
    const clocks = async () =>
      (await server.as(OFFICER, { method: 'GET', url: `/api/v1/breaches/${ref}` })).json().clocks as object[];
    const law = {
      name: 'article-33',
      from: '2026-06-04T08:32:00.000Z',
      due: '2026-06-07T08:32:00.000Z',
      state: 'running',
    };
    expect(await clocks()).toEqual([
      { ...law, reading: 'aware' },
      { ...law, reading: 'reported' },
    ]);
    await post(`/${ref}/decisions`, { about: 'regulator', decision: 'do-not-tell', reasons: 'No risk.' });
    expect(await clocks()).toHaveLength(2);
    server.clock.pass(73 * 3_600_000);
    expect(await clocks()).toMatchObject([{ state: 'missed' }, { state: 'missed' }]);
    await post(`/${ref}/triage`, { decision: 'not-a-breach', reason: 'Found.' });
    expect(await clocks()).toEqual([]);
  });
});

describe('the overview', () => {
  it('has the clocks of the law that run, the first to run out first, and none of a device', async () => {
    const now = server.clock.now();
    const seedPerson = (ref: string, hoursAgo: number, more: object = {}) =>
      seedBreach(server.db, 'one', {
        ref,
        kind: 'person',
        subject: ref,
        duty: 'holder',
        aware_at: now - hoursAgo * 3_600_000,
        ...more,
      });
    await seedPerson('BR-2026-000101', 10);
    await seedPerson('BR-2026-000102', 80);
    await seedPerson('BR-2026-000103', 90, { regulator_decision: 'do-not-tell' });
    await seedPerson('BR-2026-000104', 90, { concealed_from: '["kim"]' });
    await seedBreach(server.db, 'one', { subject: 'x', aware_at: now, duty: 'ict' });
    const running = await runningClocks(server.db, { organisation: ORGANISATION, name: 'Kim' }, now, 5);
    expect(running).toEqual([
      {
        ref: 'BR-2026-000102',
        title: 'Reported by a person: BR-2026-000102',
        due: now - 8 * 3_600_000,
        decision: null,
      },
      {
        ref: 'BR-2026-000101',
        title: 'Reported by a person: BR-2026-000101',
        due: now + 62 * 3_600_000,
        decision: null,
      },
    ]);
  });
});
