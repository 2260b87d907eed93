import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedDevice } from '../support/seed.ts';
import { DAY, type Desk, openDesk, refOf } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers' });
});
afterEach(() => desk.close());

const url = '/api/v1/authorisations';

async function nextJobAt(): Promise<number> {
  // What comes every quarter of an hour has nothing to do with it.
  const waiting = desk.db
    .selectFrom('jobs')
    .select('run_at')
    .where('status', '=', 'waiting')
    .where('kind', 'not in', ['judging', 'weekly-list', 'daily-digest']);
  return (await waiting.orderBy('run_at').executeTakeFirst())?.run_at ?? Number.POSITIVE_INFINITY;
}

/** Lets the time pass, with each job at its moment; gives the notices that were written. */
async function pass(days: number) {
  const before = (await desk.db.selectFrom('notices').select('id').execute()).map(({ id }) => id);
  const end = desk.clock.now() + days * DAY;
  for (;;) {
    const next = await nextJobAt();
    desk.clock.pass(Math.min(Math.max(next, desk.clock.now()), end) - desk.clock.now());
    if (next > end) break;
    await desk.server.app.jobs.runDue();
  }
  const rows = await desk.db
    .selectFrom('notices')
    .select(['id', 'role', 'title', 'body'])
    .where('type', '=', 'authorisations.due')
    .orderBy('created_at')
    .execute();
  return rows.filter(({ id }) => !before.includes(id));
}

async function approved(given: object = {}): Promise<string> {
  const ref = refOf(await desk.sam('POST', url, desk.stick(given)));
  await desk.officer('POST', `${url}/${ref}/approval`, {});
  return ref;
}

describe('what is told', () => {
  it('of requests is one message to whoever decides, however many there are, and nobody’s name is in it', async () => {
    const refs = [];
    for (let count = 0; count < 3; count += 1) refs.push(refOf(await desk.sam('POST', url, desk.stick())));
    const notices = await pass(1);
    expect(notices.map(({ role, title }) => [role, title])).toEqual([
      ['information-security-team-leader', '3 authorisations need your attention'],
    ]);
    for (const ref of refs) expect(notices[0]?.body).toContain(`/authorisations/${ref}`);
    expect(notices[0]?.body).not.toContain('Sam Rivers');
    expect(await pass(3)).toEqual([]);
  });

  it('of those that end on one day is one message a week before, and one at the end', async () => {
    const [first, second] = [await approved(), await approved({ scope: { sticks: ['B'] } })];
    expect(await pass(20)).toEqual([]);
    const week = await pass(5);
    expect(week).toHaveLength(1);
    expect(week[0]?.body).toMatch(/Ending soon[^]*AU-/);
    const end = await pass(7);
    expect(end).toHaveLength(1);
    for (const ref of [first, second]) expect(end[0]?.body).toContain(ref);
    expect(end[0]?.body).toContain('Ended.');
    const history = (await desk.officer('GET', `${url}/${first}`)).json<{ history: { type: string }[] }>().history;
    expect(history.map(({ type }) => type)).toEqual(['lapsed', 'reminded', 'approved', 'accepted', 'requested']);
    expect(await pass(10)).toEqual([]);
  });

  it('of a review is told on its day, and of one that was revoked nothing more', async () => {
    await approved({ reviewAt: desk.inDays(10) });
    const revoked = await approved({ reviewAt: desk.inDays(10), scope: { sticks: ['B'] } });
    await desk.officer('POST', `${url}/${revoked}/revocation`, { reason: 'It was lost.' });
    const notices = await pass(12);
    expect(notices).toHaveLength(1);
    expect(notices[0]?.body).toContain('Due for review');
    expect(notices[0]?.body).not.toContain(revoked);
  });

  it('does not make the page of whoever is looking at it old', async () => {
    const ref = refOf(await desk.sam('POST', url, desk.stick()));
    expect(await pass(1)).toHaveLength(1);
    expect((await desk.officer('POST', `${url}/${ref}/approval`, { version: 1 })).statusCode).toBe(200);
  });
});
