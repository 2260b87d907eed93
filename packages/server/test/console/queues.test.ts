import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'csv-parse/sync';
import { type Browser, type ConsoleServer, csrfIn, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;

beforeAll(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

const opened = async (given: Parameters<typeof seedBreach>[2] = {}) => {
  const device = await seedDevice(server.db);
  return seedBreach(server.db, device.id, { duty: 'holder', kind: 'event', check_name: 'removable-media', ...given });
};
const shown = (html: string) =>
  [...html.matchAll(/<a class="govuk-link" href="\/breaches\/(BR-[\w-]+)">/g)].map(([, ref]) => ref);
const rowOf = (ref: string) =>
  server.db.selectFrom('breaches').selectAll().where('ref', '=', ref).executeTakeFirstOrThrow();

/** With several values of one field, as a browser sends what is ticked. */
async function select(browser: Browser, refs: readonly string[], fields: Record<string, string>, query = '') {
  const body = new URLSearchParams([...refs.map((ref): [string, string] => ['ref', ref]), ...Object.entries(fields)]);
  body.set('_csrf', csrfIn((await browser.get('/report')).body));
  return server.app.inject({
    method: 'POST',
    url: `/breaches/selected${query}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      cookie: browser.cookie,
    },
    payload: body.toString(),
  });
}

describe('the queues', () => {
  it('have one of what is mine and one of what is confirmed, each with its count', async () => {
    const mine = await opened({ owner: 'Ann Officer' });
    const theirs = await opened({ owner: 'Kit Marsh', triage: 'confirmed', status: 'confirmed' });
    const { body } = await officer.get('/breaches?queue=mine');
    expect(shown(body)).toEqual([mine.ref]);
    expect(body).toContain('Mine (1)');
    expect(shown((await officer.get('/breaches?queue=confirmed')).body)).toEqual([theirs.ref]);
    const none = await server.signIn('security-analyst', 'Nobody Here');
    expect((await none.get('/breaches?queue=mine')).body).toContain('No open breach is yours');
  });

  it('are narrowed by kind, decision and whose case it is, and searched', async () => {
    const stick = await opened({ category: 'removable-media', subject: 'SN_50%' });
    const other = await opened({ category: 'paper', triage: 'near-miss', status: 'near-miss', owner: 'Kit Marsh' });
    const find = async (query: string) => shown((await officer.get(`/breaches?${query}`)).body);
    expect(await find('category=paper')).toEqual([other.ref]);
    expect(await find('triage=near-miss')).toEqual([other.ref]);
    expect(await find('triage=none&category=removable-media')).toEqual([stick.ref]);
    expect(await find('owner=Kit+Marsh&category=paper')).toEqual([other.ref]);
    expect(await find('q=sn_50%25')).toEqual([stick.ref]);
    expect(await find('q=sn-50%25')).toEqual([]);
    expect(await find(`q=${stick.ref.toLowerCase()}`)).toEqual([stick.ref]);
    const { asset_tag: tag } = await server.db
      .selectFrom('devices')
      .select('asset_tag')
      .where('id', '=', String(stick.device))
      .executeTakeFirstOrThrow();
    expect(await find(`q=${tag}`)).toEqual([stick.ref]);
    expect((await officer.get('/breaches?category=none&triage=%3Cb%3E&order=odd')).statusCode).toBe(200);
  });

  it('are ordered by how serious a breach is, as a person assessed it, and go on over pages', async () => {
    const at = Date.parse('2026-06-04T08:00:00Z');
    const all: string[] = [];
    for (let index = 0; index < 27; index += 1) {
      const { ref } = await opened({ rule: 'ordered', severity: 'low', opened_at: at + index });
      all.push(ref);
    }
    const worse = await opened({ rule: 'ordered', severity: 'low', assessed_severity: 'critical', opened_at: at + 99 });
    const first = await officer.get('/breaches?rule=ordered&order=severity');
    const [, next = ''] = /href="([^"]+)" rel="next"/.exec(first.body) ?? [];
    const second = await officer.get(next.replaceAll('&amp;', '&'));
    expect([...shown(first.body), ...shown(second.body)]).toEqual([worse.ref, ...all]);
    expect(shown((await officer.get('/breaches?rule=ordered&order=oldest')).body)[0]).toBe(all[0]);
    expect(shown((await officer.get('/breaches?rule=ordered')).body)[0]).toBe(worse.ref);
    expect((await officer.get('/breaches?rule=ordered&severity=critical')).body).toContain('1 breach fits the filters');
  });
});

describe('a file of what is filtered', () => {
  it('has what fits, holds no formula, and is on record', async () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)'];
    for (const subject of formulas) await opened({ rule: 'exported', subject, owner: '=cmd()' });
    await opened({ rule: 'not-exported', subject: 'Another' });
    const { headers, body } = await officer.get('/breaches/export.csv?rule=exported');
    expect(headers['content-type']).toContain('text/csv');
    expect(headers['cache-control']).toBe('no-store');
    const rows = parse<Record<string, string>>(body, { bom: true, columns: true });
    expect(new Set(rows.map((row) => row['about']))).toEqual(new Set(formulas.map((text) => `'${text}`)));
    expect(rows[0]?.['owner']).toBe("'=cmd()");
    expect(body).not.toContain('Another');
    const [act] = await server.db.selectFrom('audit').selectAll().where('action', '=', 'breaches-exported').execute();
    expect(JSON.parse(act?.detail ?? '{}')).toMatchObject({ rule: 'exported', count: 4 });
    expect((await (await server.signIn('worker')).get('/breaches/export.csv')).statusCode).toBe(403);
  });
});

describe('acts on several', () => {
  it('ask what and which, and keep what was ticked', async () => {
    const one = await opened();
    const none = await select(officer, [], { what: 'close' });
    expect(none.statusCode).toBe(400);
    expect(none.body).toContain('Select the breaches that you want to do something with');
    const nothing = await select(officer, [one.ref], {});
    expect(nothing.body).toContain('Choose what to do with the selected breaches');
    expect(nothing.body).toMatch(new RegExp(`value="${one.ref}" checked`));
  });

  it('name each of them, leave out what cannot be, and are done to all', async () => {
    const [one, two] = [await opened(), await opened()];
    const over = await opened({ status: 'closed', ended_at: 1 });
    const list = await select(officer, [one.ref, two.ref, over.ref], { what: 'dismiss' }, '?queue=officer&q=BR');
    expect(list.statusCode).toBe(200);
    for (const { ref } of [one, two, over]) expect(list.body).toContain(ref);
    expect(list.body).toContain('has ended already');
    expect(list.body).toContain('Decide for 2 breaches: not a breach');
    const why = await select(officer, [one.ref, two.ref], { what: 'dismiss', step: 'confirmed' });
    expect(why.body).toContain('Enter why they are not a breach');
    const fields = { what: 'dismiss', step: 'confirmed', reason: 'One faulty driver' };
    const done = await select(officer, [one.ref, two.ref], fields, '?q=BR');
    expect(done.headers.location).toBe('/breaches?queue=officer&q=BR&done=dismiss&count=2');
    expect((await officer.get(String(done.headers.location))).body).toContain('2 breaches decided to be no breach.');
    for (const { ref } of [one, two])
      expect(await rowOf(ref)).toMatchObject({ status: 'not-a-breach', triage: 'not-a-breach' });
  });

  it('change nothing where one of them may not be', async () => {
    const [one, two] = [await opened(), await opened()];
    await server.db
      .insertInto('breach_actions')
      .values({
        organisation: two.organisation,
        id: 'an-action',
        breach: two.id,
        title: 'Ask',
        owner: 'Kit',
        due_at: 1,
        made_at: 1,
        made_by: 'Ann',
        ended_at: null,
        ended_by: null,
        outcome: null,
        note: null,
      })
      .execute();
    const refused = await select(officer, [one.ref, two.ref], { what: 'close', step: 'confirmed', reason: 'Over' });
    expect(refused.statusCode).toBe(400);
    expect(refused.body).toContain('Nothing has been changed.');
    expect((await rowOf(one.ref)).status).toBe('suspected');
  });

  it('assign and acknowledge', async () => {
    const [one, two] = [await opened(), await opened()];
    const fields = { what: 'assign', step: 'confirmed', whose: 'other', owner: 'Kit Marsh' };
    expect((await select(officer, [one.ref, two.ref], fields)).statusCode).toBe(303);
    expect((await rowOf(two.ref)).owner).toBe('Kit Marsh');
    const seen = await select(officer, [one.ref, two.ref], { what: 'acknowledge' });
    expect(seen.body).toContain('has been acknowledged already');
    const three = await opened();
    await select(officer, [three.ref], { what: 'acknowledge', step: 'confirmed' });
    expect(await rowOf(three.ref)).toMatchObject({ status: 'acknowledged', acknowledged_by: 'Ann Officer' });
  });

  it('are not there for whoever only reads, nor without the token', async () => {
    const { ref } = await opened();
    const ict = await server.signIn('ict-operator');
    expect((await ict.get('/breaches')).body).not.toContain('With the selected breaches');
    expect((await select(ict, [ref], { what: 'close', step: 'confirmed', reason: 'x' })).statusCode).toBe(403);
    const forged = await server.app.inject({
      method: 'POST',
      url: '/breaches/selected',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: officer.cookie },
      payload: `ref=${ref}&what=acknowledge&step=confirmed`,
    });
    expect(forged.statusCode).toBe(403);
    expect((await rowOf(ref)).status).toBe('suspected');
  });
});

describe('saved views', () => {
  it('keep a queue as it is filtered under a name, for one account, and can be removed', async () => {
    const evil = '"><img src=x>';
    const saved = await officer.post('/breaches/views?queue=confirmed&severity=high&order=oldest&cursor=x', {
      name: evil,
    });
    expect(saved.headers.location).toBe('/breaches?queue=confirmed&severity=high&order=oldest');
    const { body } = await officer.get('/breaches');
    expect(body).toContain('href="/breaches?queue=confirmed&amp;severity=high&amp;order=oldest"');
    expect(body).not.toContain('<img src=x');
    const other = await server.signIn('siro', 'Sue Senior');
    expect((await other.get('/breaches')).body).not.toContain('Saved views:');
    await officer.post('/breaches/views/remove', { name: evil });
    expect((await officer.get('/breaches')).body).not.toContain('Saved views:');
  });

  it('need a name that is not too long, and are 20 at most', async () => {
    const siro = await server.signIn('siro', 'Sue Senior');
    const empty = await siro.post('/breaches/views', { name: ' ' });
    expect([empty.statusCode, empty.body.includes('Enter a name for this view')]).toEqual([400, true]);
    expect((await siro.post('/breaches/views', { name: 'x'.repeat(61) })).body).toContain('60 characters or fewer');
    for (let index = 0; index < 20; index += 1) await siro.post('/breaches/views', { name: `View ${index}` });
    expect((await siro.post('/breaches/views', { name: 'One more' })).body).toContain('You have 20 saved views');
    const again = await siro.post('/breaches/views?queue=ict', { name: 'View 3' });
    expect(again.statusCode).toBe(303);
  });
});
