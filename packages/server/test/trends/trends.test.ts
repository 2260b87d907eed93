import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { breachWeeks, wholeWeeks } from '../../src/trends/breach-weeks.ts';
import { changesByRule, noteStanding, readStanding } from '../../src/trends/daily-standing.ts';
import { STANDING_JOB } from '../../src/trends/job.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedBreach, seedDevice, seedState } from '../support/seed.ts';

const DAY = 86_400_000;
const at = (time: string) => Date.parse(time);
const from = '2026-01-01';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const standing = (rule = '') => readStanding(server.db, ORGANISATION, { rule, from });

describe('the days that are noted', () => {
  it('are none while no device has said anything', async () => {
    await noteStanding(server.db, ORGANISATION, server.clock.now());
    expect(await standing()).toEqual([]);
  });

  it('count each device once, by its worst verdict, and each rule by itself', async () => {
    const [one, two, silent] = [
      await seedDevice(server.db, { last_contact_at: server.clock.now() }),
      await seedDevice(server.db, { last_contact_at: server.clock.now() }),
      await seedDevice(server.db, { last_contact_at: server.clock.now() - 30 * DAY }),
    ];
    await seedState(server.db, one.id, { rule: 'a', subject: 'C:', verdict: 'fail' });
    await seedState(server.db, one.id, { rule: 'b', subject: 'C:', verdict: 'pass' });
    await seedState(server.db, two.id, { rule: 'a', subject: 'C:', verdict: 'unknown', reason: 'timeout' });
    await seedState(server.db, silent.id, { rule: 'a', subject: 'C:', verdict: 'pass' });
    await noteStanding(server.db, ORGANISATION, server.clock.now());
    const total = { day: '2026-06-04', fail: 1, unknown: 1, exempt: 0, pass: 1, heardFrom: 2 };
    expect(await standing()).toEqual([total]);
    expect(await standing('a')).toEqual([total]);
    expect(await standing('b')).toEqual([{ ...total, fail: 0, unknown: 0 }]);
  });

  it('stay as they were noted first, however often a day is noted', async () => {
    await server.db.updateTable('states').set({ verdict: 'pass' }).where('rule', '=', 'a').execute();
    await noteStanding(server.db, ORGANISATION, server.clock.now());
    expect((await standing()).map(({ fail }) => fail)).toEqual([1]);
  });

  it('have no figures for a day on which no server ran', async () => {
    await noteStanding(server.db, ORGANISATION, server.clock.now() + 3 * DAY);
    expect((await standing()).map(({ day, fail }) => [day, fail])).toEqual([
      ['2026-06-04', 1],
      ['2026-06-07', 0],
    ]);
    const [change] = await changesByRule(server.db, ORGANISATION, from);
    expect([change?.rule, change?.first.fail, change?.last.fail]).toEqual(['a', 1, 0]);
  });

  it('are kept for two years', async () => {
    await noteStanding(server.db, ORGANISATION, at('2028-06-05T11:00:00Z'));
    expect((await standing()).map(({ day }) => day)).toEqual(['2026-06-07', '2028-06-05']);
  });

  it('are noted by a job at midday, which plans itself again', async () => {
    const planned = async () =>
      (
        await server.db
          .selectFrom('jobs')
          .select('run_at')
          .where('kind', '=', STANDING_JOB)
          .where('status', '=', 'waiting')
          .execute()
      ).map(({ run_at: runAt }) => new Date(runAt).toISOString());
    expect(await planned()).toEqual(['2026-06-04T11:00:00.000Z']);
    server.clock.time = at('2026-06-05T11:00:05Z');
    await server.app.jobs.runDue();
    expect((await standing()).map(({ day }) => day)).toContain('2026-06-05');
    expect(await planned()).toEqual(['2026-06-06T11:00:00.000Z']);
  });
});

describe('the weeks of breaches', () => {
  it('are whole weeks of the council, one hour longer where the clock goes back', () => {
    const weeks = wholeWeeks(at('2026-10-28T12:00:00Z'), 2);
    expect(weeks.map(({ monday, from: start, to }) => [monday, (to - start) / 3_600_000])).toEqual([
      ['2026-10-12', 168],
      ['2026-10-19', 169],
    ]);
  });

  it('count what people did by the council’s own midnight, and not what is kept from the viewer', async () => {
    const now = at('2026-06-17T12:00:00Z');
    const opened = (time: string, more: object = {}) =>
      seedBreach(server.db, null, { opened_at: at(time), duty: 'holder', status: 'suspected', ...more });
    // 0:30 on Monday morning in London.
    await opened('2026-06-07T23:30:00Z', { ended_at: at('2026-06-09T10:00:00Z'), status: 'closed' });
    await opened('2026-06-07T22:30:00Z');
    await opened('2026-06-10T10:00:00Z', { concealed_from: '["ann officer"]' });
    await opened('2026-06-10T10:00:00Z', { duty: 'ict' });
    const weeks = async (name: string) =>
      (await breachWeeks(server.db, { organisation: ORGANISATION, name }, now, 4)).map(Object.values);
    expect(await weeks('Ann Officer')).toEqual([
      ['2026-05-18', null, null],
      ['2026-05-25', null, null],
      ['2026-06-01', 1, 0],
      ['2026-06-08', 1, 1],
    ]);
    expect((await weeks('Bo Deputy')).at(-1)).toEqual(['2026-06-08', 2, 1]);
  });
});
