import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedDevice } from '../support/seed.ts';
import { DAY, type Desk, openDesk, refOf } from './desk.ts';

const url = '/api/v1/authorisations';
const PAPER = {
  recordType: 'Case files',
  classification: 'OFFICIAL-SENSITIVE',
  quantity: '2 folders',
  copies: 'copy',
  storage: 'In a locked cabinet.',
  transport: 'In a locked case, by car.',
};

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
});
afterEach(() => desk.close());

const home = (given: object = {}) =>
  desk.stick({ kind: 'paper-at-home', scope: {}, validTo: desk.inDays(1), paper: PAPER, ...given });
async function approved(given: object = {}): Promise<string> {
  const ref = refOf(await desk.sam('POST', url, home(given)));
  const { statusCode, body } = await desk.director('POST', `${url}/${ref}/approval`, {});
  if (statusCode !== 200) throw new Error(body);
  return ref;
}
const say = (who: Desk['sam'], ref: string, payload: object) => who('POST', `${url}/${ref}/paper-outcome`, payload);
const listed = async (which: string): Promise<string[]> =>
  (await desk.director('GET', `${url}?paper=${which}`)).json().items.map(({ ref }: { ref: string }) => ref);

const pass = (days: number) => desk.pass(days);

describe('paper at home', () => {
  it('is described as on the form', async () => {
    const ref = await approved();
    expect((await desk.sam('GET', `${url}/${ref}`)).json()).toMatchObject({
      paper: PAPER,
      paperDueBy: null,
      paperOutcome: null,
    });
  });

  it.each([
    ['SECRET', { classification: 'SECRET' }, 400],
    ['TOP SECRET', { classification: 'TOP SECRET' }, 400],
    ['marked SECRET in words', { recordType: 'SECRET minutes' }, 422],
    ['half described', { storage: undefined }, 400],
  ])('is refused where it is %s', async (is, given, status) => {
    const answer = await desk.sam('POST', url, home({ paper: { ...PAPER, ...given } }));
    expect([answer.statusCode, await desk.db.selectFrom('authorisations').select('ref').execute()]).toEqual([
      status,
      [],
    ]);
    expect(answer.body).toContain(is.includes('SECRET') ? 'SECRET and above is never taken home' : 'storage');
  });

  it('is nothing for a kind that is not for paper', async () => {
    expect((await desk.sam('POST', url, desk.stick({ paper: PAPER }))).statusCode).toBe(422);
    const ref = refOf(await desk.sam('POST', url, desk.stick()));
    await desk.officer('POST', `${url}/${ref}/approval`, {});
    expect((await say(desk.sam, ref, { outcome: 'returned' })).statusCode).toBe(409);
  });

  it('has to be accounted for at the end, first by word and then in the list and every morning', async () => {
    const ref = await approved();
    expect((await say(desk.sam, ref, { outcome: 'returned' })).statusCode).toBe(409);
    // It ends on a Friday morning, 5 June 2026.
    const end = await pass(2);
    expect(
      end.map(({ role, body }) => [role, body.includes('Say by 10 June 2026 at midnight what became of the paper')]),
    ).toEqual([
      ['assistant-director', true],
      ['assistant-director', true],
    ]);
    expect([await listed('owed'), await listed('overdue')]).toEqual([[ref], []]);
    expect((await desk.sam('GET', `${url}/${ref}`)).json().paperDueBy).toBe('2026-06-09T23:00:00.000Z');
    const mornings = await pass(5);
    expect(
      mornings.map(({ role, body }) => [
        role,
        body.includes('Paper that nobody has accounted for'),
        body.includes(ref),
      ]),
    ).toEqual([
      ['assistant-director', true, true],
      ['assistant-director', true, true],
    ]);
    expect(await listed('overdue')).toEqual([ref]);
    expect((await say(desk.sam, ref, { outcome: 'destroyed' })).statusCode).toBe(400);
    const said = await say(desk.sam, ref, { outcome: 'destroyed', how: 'Shredded at the Forum.' });
    expect(said.json()).toMatchObject({
      paperDueBy: null,
      paperOutcome: { outcome: 'destroyed', how: 'Shredded at the Forum.', saidBy: 'Sam Rivers' },
    });
    expect([await listed('owed'), await pass(3)]).toEqual([[], []]);
    const { history } = (await desk.sam('GET', `${url}/${ref}`)).json();
    expect(history.map(({ type }: { type: string }) => type)).toEqual([
      'paper-destroyed',
      'reminded',
      'lapsed',
      'reminded',
      'approved',
      'accepted',
      'requested',
    ]);
    const acts = await desk.db
      .selectFrom('audit')
      .select('action')
      .where('action', 'like', 'authorisation-paper%')
      .execute();
    expect(acts).toEqual([{ action: 'authorisation-paper-destroyed' }]);
  });

  it('has to be accounted for where it was ended early too, and not where it never began', async () => {
    const ref = await approved({ validTo: desk.inDays(30) });
    const never = await approved({ validFrom: desk.inDays(3), validTo: desk.inDays(30) });
    desk.clock.pass(DAY);
    for (const one of [ref, never]) await desk.sam('POST', `${url}/${one}/revocation`, { reason: 'Done.' });
    expect(await listed('owed')).toEqual([ref]);
    expect((await pass(6)).filter(({ body }) => body.includes('accounted'))).not.toEqual([]);
    expect((await say(desk.sam, never, { outcome: 'returned' })).statusCode).toBe(409);
    expect((await say(desk.sam, ref, { outcome: 'returned' })).statusCode).toBe(200);
  });

  it('is said once, by whoever had it or could have decided', async () => {
    const ref = await approved();
    await pass(2);
    const stranger = desk.by('line-manager', 'Lee Line');
    expect((await say(stranger, ref, { outcome: 'returned' })).statusCode).toBe(403);
    expect((await say(desk.director, ref, { outcome: 'returned', how: 'To the archive.' })).statusCode).toBe(200);
    expect((await say(desk.director, ref, { outcome: 'returned' })).statusCode).toBe(200);
    const again = await say(desk.sam, ref, { outcome: 'destroyed', how: 'Burnt.' });
    expect([again.statusCode, again.json().detail]).toEqual([
      409,
      'Ada Director has said already that it was returned.',
    ]);
  });

  it('is asked for in the form, shown, and accounted for on its page', async () => {
    // A session does not last from one day to another.
    const asSam = () => desk.server.signIn('worker', 'Sam Rivers');
    const asDirector = () => desk.server.signIn('assistant-director', 'Ada Director');
    const overview = async () => (await (await desk.server.signIn('siro', 'Sol Siro')).get('/')).body;
    let sam = await asSam();
    const director = await asDirector();
    const NEW = '/authorisations/new';
    const form = { kind: 'paper-at-home', for: 'me', purpose: 'A hearing.', risks: 'It can be lost.', accepted: 'yes' };
    const days = { 'to-day': '5', 'to-month': '6', 'to-year': '2026' };
    const half = await sam.post(NEW, { ...form, ...days, ...PAPER, storage: ' ' }, NEW);
    expect([half.statusCode, half.body.includes('href="#storage"')]).toEqual([400, true]);
    const { headers } = await sam.post(NEW, { ...form, ...days, ...PAPER }, NEW);
    const page = String(headers.location).split('?')[0] ?? '';
    const shown = (await director.get(page)).body.replaceAll(/<\/?span[^>]*>/g, '');
    expect(shown).toContain('Case files, 2 folders (copies), OFFICIAL-SENSITIVE');
    await director.post(`${page}/approve`, { version: '1' }, page);
    await pass(2);
    const owed = await (await asDirector()).get('/authorisations?show=paper');
    expect(owed.body).toContain('Paper to be accounted for by 10 June 2026 at midnight');
    expect(await overview()).not.toContain('Paper to account for');
    await pass(5);
    expect(await overview()).toContain('Paper to account for');
    sam = await asSam();
    const version = /name="version" value="(\d+)"/.exec((await sam.get(page)).body)?.[1] ?? '';
    expect((await sam.get(page)).body).not.toContain('&lt;input');
    const unsaid = await sam.post(`${page}/paper`, { version }, page);
    expect([unsaid.statusCode, unsaid.body.includes('Choose what became of the paper')]).toEqual([400, true]);
    const bare = await sam.post(`${page}/paper`, { version, outcome: 'destroyed' }, page);
    expect([bare.statusCode, bare.body.includes('Say how it was destroyed')]).toEqual([400, true]);
    expect(
      (await sam.post(`${page}/paper`, { version, outcome: 'destroyed', how: 'Shredded.' }, page)).statusCode,
    ).toBe(303);
    const said = (await sam.get(page)).body;
    expect(said).toContain('Destroyed, as said by Sam Rivers');
    expect(said).toContain('Paper destroyed');
  });
});
