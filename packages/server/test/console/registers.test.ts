import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, csrfIn, startConsoleServer } from '../support/console-server.ts';
import { seedDevice, seedState } from '../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;
beforeAll(async () => {
  server = await startConsoleServer();
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

const PEOPLE = 'account,name,population,groups\nsam,"Rivers, Sam",employee,housing\nkit,<b>Kit</b>,councillor,\n';

/** Sends a form with a file, as a browser does. */
async function upload(name: string, fields: Record<string, string | Blob>, browser = officer) {
  const form = new FormData();
  form.set('_csrf', csrfIn((await browser.get(`/import/${name}`)).body));
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  const request = new Request('http://x', { method: 'POST', body: form });
  return server.app.inject({
    method: 'POST',
    url: `/import/${name}`,
    headers: {
      cookie: browser.cookie,
      'content-type': request.headers.get('content-type') ?? '',
      'sec-fetch-site': 'same-origin',
    },
    payload: Buffer.from(await request.arrayBuffer()),
  });
}
const file = (text: string | Uint8Array<ArrayBuffer>) => new File([text], 'list.csv', { type: 'text/csv' });
const hiddenText = (html: string): string =>
  (/<textarea name="text" hidden>([\s\S]*?)<\/textarea>/.exec(html)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

describe('importing a file', () => {
  it('shows what it would do, and does it when it is sent again', async () => {
    const shown = await upload('people', { file: file(PEOPLE) });
    expect(shown.statusCode).toBe(200);
    expect(shown.body).toContain('Nothing has been changed yet');
    expect(shown.body).toMatch(/to add<\/dt><dd>2</);
    expect((await officer.get('/people')).body).toContain('No people have been imported or added yet');
    const done = await upload('people', { text: hiddenText(shown.body) });
    expect(done.body).toContain('It is recorded under your name');
    const { body } = await officer.get('/people');
    expect(body).toContain('2 people');
    expect(body).toContain('&lt;b&gt;Kit&lt;/b&gt;');
    expect((await officer.get('/groups')).body).toContain('href="/groups/housing"');
    expect((await officer.get('/people?group=housing')).body).toContain('1 person');
    const acts = await server.db.selectFrom('audit').select(['actor', 'action']).execute();
    expect(acts).toContainEqual({ actor: 'Ann Officer', action: 'people-imported' });
  });

  it('says what it takes back of what somebody changed by hand', async () => {
    const change = { method: 'PATCH', url: '/api/v1/people/sam', payload: { population: 'councillor' } } as const;
    await server.as('ict-administrator', change);
    const shown = await upload('people', { file: file(PEOPLE) });
    expect(shown.body).toContain('Changed by hand, and to be taken back: 1');
    expect(shown.body).toContain('sam: population, by the program ict-administrator');
    await upload('people', { text: hiddenText(shown.body) });
    expect((await officer.get('/people/sam')).body).not.toContain('Changed by hand');
  });

  it('says where a file has errors, and takes none of it', async () => {
    const { statusCode, body } = await upload('people', { file: file('account,name,population\nlee,Lee,boss\n') });
    expect(statusCode).toBe(400);
    expect(body).toContain('Line 2');
    expect(body).toContain('One of employee'.toLowerCase());
  });

  it('asks before many go', async () => {
    const shorter = { file: file('account,name,population\nsam,"Rivers, Sam",employee\n'), whole: 'yes' };
    const asked = await upload('people', shorter);
    expect(asked.body).toContain('1 of 2 would go');
    const text = hiddenText(asked.body);
    expect((await upload('people', { text, whole: 'yes' })).statusCode).toBe(400);
    expect((await upload('people', { text, whole: 'yes', evenMany: 'yes' })).statusCode).toBe(200);
    expect((await officer.get('/people?gone=yes')).body).toContain('No longer listed');
  });

  it.each([
    ['no file', {}, 'Choose the file'],
    ['an empty file', { file: file('') }, 'Choose the file'],
    ['a file that is not UTF-8', { file: file(new Uint8Array([0x61, 0xe9])) }, 'CSV UTF-8'],
  ])('says what to do with %s', async (_, fields, words) => {
    const { statusCode, body } = await upload('sticks', fields);
    expect([statusCode, body.includes(words)]).toEqual([400, true]);
  });

  it('is for whoever may, and only from the form itself', async () => {
    const auditor = await server.signIn('auditor', 'Au Ditor');
    expect((await auditor.get('/import/people')).statusCode).toBe(403);
    expect((await upload('people', { file: file(PEOPLE), _csrf: 'guessed' })).statusCode).toBe(403);
  });
});

describe('classifying a printer', () => {
  const target = 'ipp://canon.local/ipp';

  it('begins with those that devices have told of', async () => {
    const device = await seedDevice(server.db, { asset_tag: 'DBC-1' });
    const observed = JSON.stringify({ printer: 'other', reach: 'network', target });
    await seedState(server.db, device.id, { check_name: 'printing', rule: 'printing', subject: 'Canon', observed });
    const { body } = await officer.get('/registers/printers');
    expect(body).toContain(`/registers/printers/classify?printer=${encodeURIComponent(target)}`);
  });

  it('says what is missing', async () => {
    const { statusCode, body } = await officer.post('/registers/printers/classify', { pattern: target });
    expect(statusCode).toBe(400);
    expect(body).toContain('Choose what kind of printer it is');
    expect(body).toContain(`value="${target}"`);
  });

  it('is done once, under the name of whoever did', async () => {
    const fields = { pattern: target, class: 'home', note: '' };
    const sent = await officer.post('/registers/printers/classify', fields);
    expect(sent.statusCode).toBe(303);
    const { body } = await officer.get(String(sent.headers.location));
    expect(body).toContain('Every printer that devices have told of is classified');
    expect(body).toContain('by Ann Officer');
    expect((await officer.get(`/registers/printers/classify?printer=${target}`)).body).toMatch(/value="home" checked/);
  });
});

it('the register of sticks says that nothing is known before a list is given', async () => {
  expect((await officer.get('/registers/sticks')).body).toContain('No sticks have been registered yet');
});
