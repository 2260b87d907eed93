import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextMonthly } from '../../src/organisation/digests.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

const DAY = 86_400_000;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.app.jobs.runDue();
});
afterEach(() => server.close());

const told = () =>
  server.db.selectFrom('notices').selectAll().where('title', 'like', 'Keep this%').orderBy('id').execute();
async function days(count: number) {
  for (let day = 0; day < count; day += 1) {
    server.clock.pass(DAY);
    await server.app.jobs.runDue();
  }
}

describe('the head of the audit log', () => {
  it.each([
    ['2026-06-04T08:32:00Z', '2026-07-01T08:00:00.000Z'],
    ['2026-07-01T07:59:59Z', '2026-07-01T08:00:00.000Z'],
    ['2026-07-01T08:00:00Z', '2026-08-01T08:00:00.000Z'],
    ['2026-12-31T23:59:59Z', '2027-01-01T09:00:00.000Z'],
    ['2026-01-31T12:00:00Z', '2026-02-01T09:00:00.000Z'],
  ])('after %s is due on %s', (now, next) => {
    expect(new Date(nextMonthly(Date.parse(now))).toISOString()).toBe(next);
  });

  it('goes to the SIRO once a month, and is the one that the chain has', async () => {
    await server.as('administrator', {
      method: 'POST',
      url: '/api/v1/tokens',
      payload: { name: 'a', role: 'auditor' },
    });
    await days(62);
    const [first, second, ...more] = await told();
    expect(more).toEqual([]);
    expect(first).toMatchObject({ role: 'siro' });
    const [anchor = ''] = /\d+:[0-9a-f]{64}/.exec(second?.body ?? '') ?? [];
    const answer = await server.as('auditor', { url: `/api/v1/audit/verification?anchor=${anchor}` });
    expect(answer.json()).toMatchObject({ intact: true });
    const [sequence] = anchor.split(':');
    const forged = await server.as('auditor', {
      url: `/api/v1/audit/verification?anchor=${sequence}:${'0'.repeat(64)}`,
    });
    expect(forged.json()).toEqual({ intact: false, sequence: Number(sequence), reason: 'not-as-noted' });
  });
});
