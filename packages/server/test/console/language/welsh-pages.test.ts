import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putQuietPolicy } from '../../support/quiet.ts';
import { type ConsoleServer, form, startConsoleServer } from '../../support/console-server.ts';
import { seedBreach, seedDevice, seedState } from '../../support/seed.ts';
import { createViews } from '../../../src/console/views.ts';
import { WELSH } from '../../../src/console/language/welsh/all.ts';
import { englishIn, visibleTexts } from './texts.ts';
import { importPeople } from '../../support/people.ts';

const WELSH_COOKIE = 'beadle-language=cy';

let server: ConsoleServer;
let cookie: string;
let code: string;
beforeAll(async () => {
  server = await startConsoleServer();
  await importPeople(
    server,
    'account,name,email,population,line_manager\ns.rivers,Sam Rivers,sam@council.test,employee,\nk.marsh,Kit Marsh,kit@council.test,employee,s.rivers\n',
  );
  await putQuietPolicy(server.db, server.clock.now());
  const device = await seedDevice(server.db, { asset_tag: 'DBC-04127', holder: 'Sam Rivers' });
  await seedState(server.db, device.id, { rule: 'laptop-encryption', verdict: 'fail' });
  await seedState(server.db, device.id, { rule: 'updates', verdict: 'unknown', reason: 'not-told' });
  await seedState(server.db, device.id, { rule: 'firewall', verdict: 'pass' });
  const of = { duty: 'holder', kind: 'event', check_name: 'removable-media', clause: '5.9' } as const;
  await seedBreach(server.db, device.id, { ...of, subject: 'S1' });
  await seedBreach(server.db, device.id, { ...of, subject: 'S2', status: 'confirmed', triage: 'confirmed' });
  cookie = (await server.signIn('worker', 'Sam Rivers')).cookie;
  code = await server.code('worker', 'Sam Rivers');
});
afterAll(() => server.close());

const get = (url: string, cookies = `${cookie}; ${WELSH_COOKIE}`) =>
  server.app.inject({ url, headers: { cookie: cookies, accept: 'text/html' } });

async function post(url: string, fields: Record<string, string>, from = url) {
  const token = /name="_csrf" value="([^"]+)"/.exec((await get(from)).body)?.[1] ?? '';
  const { headers, payload } = form({ ...fields, _csrf: token });
  return server.app.inject({
    method: 'POST',
    url,
    headers: { ...headers, cookie: `${cookie}; ${WELSH_COOKIE}` },
    payload: payload ?? '',
  });
}

/** In the words of the people who wrote them: the policy's, the council's, and those of devices are marked as English. */
function expectWelsh(html: string): void {
  expect(html).toContain('<html lang="cy"');
  expect(englishIn(html)).toEqual([]);
  const shown = visibleTexts(html).map(({ text }) => text);
  const left = Object.entries(WELSH).filter(([english, welsh]) => english !== welsh && shown.includes(english));
  // What is the same word in both, such as a name, is in neither list.
  expect(left.map(([english]) => english).filter((text) => text.includes(' '))).toEqual([]);
}

const ask = { kind: 'complaint', about: 'nothing', words: 'Rhy hir' };
const request = {
  kind: 'emergency-plan-stick',
  for: 'me',
  purpose: 'Cynllun',
  risks: 'Colli',
  accepted: 'yes',
  sticks: 'S1',
  'to-day': '24',
  'to-month': '12',
  'to-year': '2026',
};

describe('a page in Welsh', () => {
  it.each([
    '/my-device',
    '/my-actions',
    '/my-rights',
    '/my-rights/new',
    '/report',
    '/report?device=DBC-04127',
    '/report/broken',
    '/authorisations',
    '/authorisations?show=all',
    '/authorisations/new?device=DBC-04127',
    '/privacy',
    '/accessibility',
    '/sessions',
    '/my-device/NOT-MINE/sent',
    '/report/BR-1999-000001',
    '/no-such-page',
  ])('%s has nothing of ours left in English', async (url) => {
    const { body } = await get(url);
    expect(body).toContain('Cymraeg');
    expectWelsh(body);
  });

  it.each(['/sign-in', '/sign-in?next=%2Freport', '/sign-in/no-such-code', '/privacy'])(
    '%s has nothing of ours left in English for whoever has not signed in',
    async (url) => {
      const { body } = await get(url, WELSH_COOKIE);
      expect(body).toContain('Cymraeg');
      expectWelsh(body);
    },
  );

  it('says in Welsh what is wrong with a form', async () => {
    for (const [url, fields] of [
      ['/report', { device: 'no tag', 'happenedAt-day': '40', place: 'moon' }],
      ['/report', { description: 'x', device: 'NO-SUCH' }],
      ['/report/broken', {}],
      ['/report/broken', { kind: 'fault', description: 'x', device: 'NO-SUCH' }],
      ['/authorisations/new', {}],
      ['/authorisations/new', { ...request, kind: 'paper-at-home' }],
      ['/authorisations/new', { ...request, for: 'device', subject: 'NO-SUCH' }],
      ['/my-rights/new', {}],
      ['/my-rights/new', { ...ask, words: 'x'.repeat(5001) }],
      ['/sign-in', { name: 'Nobody', password: 'x' }],
    ] as const) {
      const answer = await post(url, fields, url === '/sign-in' ? '/report' : url);
      expect([url, answer.statusCode >= 400]).toEqual([url, true]);
      expect(answer.body).toContain('Gwall: ');
      expectWelsh(answer.body);
    }
  });

  it('says in Welsh what has been done', async () => {
    for (const [url, fields] of [
      ['/report', { description: 'Cof bach ar goll.' }],
      ['/report/broken', { kind: 'damage', description: 'Sgrin.' }],
      ['/authorisations/new', request],
      ['/my-rights/new', ask],
    ] as const) {
      const { headers, statusCode } = await post(url, fields);
      expect([url, statusCode]).toEqual([url, 303]);
      expectWelsh((await get(String(headers.location))).body);
    }
    expectWelsh((await get('/authorisations')).body);
    expectWelsh((await get('/my-rights')).body);
  });

  it('has an answer of the Data Protection Officer, which is in their words', async () => {
    const words = 'Nid fi oedd hwn';
    const { headers } = await post('/my-rights/new', { kind: 'correction', about: 'rule:DBC-04127:firewall', words });
    const ref = /DP-\d{4}-\d+/.exec(String(headers.location))?.[0] ?? '';
    const payload = { outcome: 'upheld', answer: 'Rydych yn iawn.', note: 'The firewall was on.' };
    const url = `/api/v1/rights-requests/${ref}/answer`;
    expect((await server.as('data-protection-officer', { method: 'POST', url, payload })).statusCode).toBe(200);
    expectWelsh((await get(`/my-rights/${ref}`)).body);
    const mine = (await get('/my-device')).body;
    expectWelsh(mine);
    expect(mine).toContain('<span lang="en">The firewall was on.</span>');
  });
});

describe('an authorisation in Welsh', () => {
  const paper = {
    recordType: 'Ffeiliau',
    classification: 'OFFICIAL',
    quantity: '2',
    copies: 'both',
    storage: 'Dan glo',
    transport: 'Mewn bag',
  };
  const decide = (role: 'siro' | 'assistant-director', ref: string, act: string, payload: object) =>
    server.as(role, { method: 'POST', url: `/api/v1/authorisations/${ref}/${act}`, payload });

  it('is Welsh when it waits, holds, has been refused, withdrawn or ended, and has to be accounted for', async () => {
    const made = async (fields: Record<string, string>) => {
      const { headers } = await post('/authorisations/new', fields);
      return /AU-\d{4}-\d+/.exec(String(headers.location))?.[0] ?? '';
    };
    const paperOne = { ...request, ...paper, kind: 'paper-at-home', 'to-day': '24', 'to-month': '6' };
    const [refused, withdrawn, ended, lapses] = [
      await made(request),
      await made(request),
      await made(request),
      await made(paperOne),
    ];
    await decide('siro', refused, 'refusal', { reason: 'Not needed.' });
    await post(`/authorisations/${withdrawn}/withdraw`, { version: '1' }, `/authorisations/${withdrawn}`);
    await decide('siro', ended, 'approval', { reason: 'Needed.', conditions: ['Keep it locked away.'] });
    expectWelsh((await get(`/authorisations/${ended}`)).body);
    expectWelsh((await post(`/authorisations/${ended}/revoke`, {}, `/authorisations/${ended}`)).body);
    await decide('siro', ended, 'revocation', { reason: 'Over.' });
    const approved = await decide('assistant-director', lapses, 'approval', {});
    expect(approved.statusCode).toBe(200);
    server.clock.pass(25 * 86_400_000);
    cookie = (await server.signIn('worker', 'Sam Rivers')).cookie;
    for (const ref of [refused, withdrawn, ended, lapses]) expectWelsh((await get(`/authorisations/${ref}`)).body);
    expect((await get(`/authorisations/${lapses}`)).body).toContain('Heb ei ddweud eto');
    expectWelsh((await post(`/authorisations/${lapses}/paper`, {}, `/authorisations/${lapses}`)).body);
    await post(
      `/authorisations/${lapses}/paper`,
      { version: '2', outcome: 'returned', how: 'x' },
      `/authorisations/${lapses}`,
    );
    expectWelsh((await get(`/authorisations/${lapses}`)).body);
    for (const show of ['waiting', 'approved', 'ending', 'ended', 'paper', 'all'])
      expectWelsh((await get(`/authorisations?show=${show}`)).body);
  });
});

describe('a view that few see', () => {
  const nothing = { path: '/x', type: 'text/css', body: '' };
  const views = createViews({
    assets: { stylesheet: nothing, script: nothing, icon: nothing, maskIcon: nothing },
    now: () => 0,
  });
  const shell = { council: 'Northmere', marking: 'OFFICIAL', nonce: 'n', language: 'cy', again: '/' } as const;
  it.each([
    ['second-factor', { error: undefined }],
    ['second-factor-set-up', { key: 'ABCD', link: 'otpauth://x' }],
    ['recovery-codes', { codes: ['abcd-efgh'], next: '/' }],
    ['sign-in', { sso: 'Entra', next: '/report' }],
    ['sign-in-failed', { heading: 'You have not been signed in', lines: [], again: true }],
    ['problem', { heading: 'You cannot do this', lines: ['The server says why.'], requestId: 'abc' }],
  ])('%s has nothing of ours left in English', (view, model) => {
    const html = views.render(view, shell, model);
    expect(html).toContain('Cymraeg');
    expectWelsh(html);
  });
});

describe('the language of a page', () => {
  it('is chosen by a link, is kept, and leads back to the page', async () => {
    const chosen = await get('/language/cy?next=%2Freport%3Fdevice%3DDBC-04127', cookie);
    expect([chosen.statusCode, chosen.headers.location]).toEqual([303, '/report?device=DBC-04127']);
    expect(String(chosen.headers['set-cookie'])).toMatch(
      /^beadle-language=cy; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax/,
    );
    expect((await get('/language/en?next=%2Fsign-in', WELSH_COOKIE)).headers.location).toBe('/sign-in');
  });

  it.each(['//elsewhere.test', 'https://elsewhere.test/', '/\\elsewhere.test', 'x'])(
    'never leads to %s',
    async (next) => {
      expect((await get(`/language/cy?next=${encodeURIComponent(next)}`)).headers.location).toBe('/');
    },
  );

  it('is one of two, and English where a browser says anything else', async () => {
    expect((await get('/language/fr')).statusCode).toBe(400);
    expect((await get('/report', `${cookie}; beadle-language=<script>`)).body).toContain('<html lang="en"');
  });

  it('is offered on the page itself, also where it answers a form', async () => {
    expect((await get('/report?device=A', cookie)).body).toContain('href="/language/cy?next=%2Freport%3Fdevice%3DA"');
    expect((await post('/report', {})).body).toContain('href="/language/en?next=%2Freport"');
    expect((await get(`/sign-in/${code}x`, WELSH_COOKIE)).body).toContain('href="/language/en?next=%2Fsign-in"');
  });

  it('is English, with no other offered, on pages for those who look after others', async () => {
    const officer = await server.signIn('information-security-team-leader', 'Ann Officer');
    const { body } = await get('/breaches', `${officer.cookie}; ${WELSH_COOKIE}`);
    expect(body).toContain('<html lang="en"');
    expect(body).not.toContain('/language/');
  });

  it('has days, moments and durations of its own', async () => {
    const { body } = await get('/privacy');
    expect(body).toContain('90 diwrnod');
    expect(body).toContain('6 blynedd');
    expect((await get('/sessions')).body).toMatch(/\d+ \p{L}+ 20\d\d am \d+:\d\d(yb|yh)/u);
  });
});
