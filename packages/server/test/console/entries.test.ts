import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedAuthorisations } from '../support/seed-authorisations.ts';
import { seedRegisters } from '../support/seed-registers.ts';
import { seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let officer: Browser;
beforeAll(async () => {
  server = await startConsoleServer();
  await seedDevice(server.db, { id: 'laptop-04127', asset_tag: 'DBC-04127', holder: 'sam.rivers' });
  await seedDevice(server.db, { id: 'laptop-04133', asset_tag: 'DBC-04133', holder: 'Ann Officer' });
  await seedRegisters(server.db, server.clock.now());
  officer = await server.signIn('information-security-team-leader');
});
afterAll(() => server.close());

const acts = async (action: string) =>
  (await server.db.selectFrom('audit').selectAll().where('action', '=', action).orderBy('sequence').execute()).map(
    ({ actor, target }) => ({ actor, target }),
  );
const versionIn = (html: string): string => /name="version" value="([^"]+)"/.exec(html)?.[1] ?? '';
const titleOf = (html: string): string => /<title>([^<]*)/.exec(html)?.[1]?.trim() ?? '';

describe('a person’s page', () => {
  it('shows what is held about them, and nothing of when they were active, and is on record', async () => {
    const { body } = await officer.get('/people/sam.rivers');
    expect(body).toContain('href="/devices/DBC-04127"');
    expect(body).toContain('href="/registers/sticks/0781AABB1204"');
    expect(body).toContain('href="/groups/Housing"');
    expect(body).toContain('href="/people/ann.officer"');
    expect(body).not.toMatch(/last contact|last seen|signed in/i);
    expect(await acts('person-viewed')).toContainEqual({ actor: 'Ann Officer', target: 'person:sam.rivers' });
  });

  it('is led to from the list and from a device, and back', async () => {
    expect((await officer.get('/people')).body).toContain('href="/people/sam.rivers"');
    expect((await officer.get('/devices/DBC-04127')).body).toContain('href="/people/sam.rivers"');
    expect((await officer.get('/devices/DBC-04133')).body).toContain('href="/people/ann.officer"');
  });

  it('is changed, with what was changed by hand said', async () => {
    const form = await officer.get('/people/sam.rivers/change');
    expect(form.body).toContain('value="Sam Rivers"');
    const fields = {
      version: versionIn(form.body),
      name: 'Sam Rivers-Lee',
      email: 'sam@example.org',
      population: 'employee',
      lineManager: 'ann.officer',
      'absentFrom-day': '4',
      'absentFrom-month': '6',
      'absentFrom-year': '2026',
      groups: 'Housing\r\nPilot',
    };
    const sent = await officer.post('/people/sam.rivers/change', fields, '/people/sam.rivers/change');
    expect(sent.headers.location).toBe('/people/sam.rivers?done=changed');
    const { body } = await officer.get('/people/sam.rivers?done=changed');
    expect(body).toContain('Your changes have been saved');
    expect(body).toContain('From 4 June 2026');
    expect(body).toMatch(/Away from, email, groups and name, by Ann Officer/);
    const late = await officer.post(
      '/people/sam.rivers/change',
      { ...fields, name: 'Sam' },
      '/people/sam.rivers/change',
    );
    expect(late.statusCode).toBe(400);
    expect(late.body).toContain('This has changed since you opened it');
    expect(late.body).toContain('value="Sam"');
    const again = { ...fields, name: 'Sam Rivers', version: versionIn(late.body) };
    expect((await officer.post('/people/sam.rivers/change', again)).statusCode).toBe(303);
  });

  it('says at the top and at each field what is wrong, and keeps what was entered', async () => {
    const fields = {
      account: 'two words',
      name: '',
      'startsOn-day': '31',
      'startsOn-month': '2',
      'startsOn-year': '2026',
    };
    const { statusCode, body } = await officer.post(
      '/add/person',
      { ...fields, lineManager: 'ann.officer' },
      '/add/person',
    );
    expect(statusCode).toBe(400);
    expect(titleOf(body)).toMatch(/^Error: Add a person/);
    for (const [field, words] of [
      ['account', 'Enter the account, such as sam.rivers, without spaces'],
      ['name', 'Enter the name, in one line'],
      ['population', 'Choose the population'],
      ['startsOn-day', 'First day must be a real date'],
    ] as const) {
      expect(body).toContain(`href="#${field}"`);
      expect(body.split(words).length).toBeGreaterThan(2);
    }
    expect(body).toContain('value="two words"');
    expect(body).toContain('value="31"');
    expect(body.indexOf('href="#account"')).toBeLessThan(body.indexOf('href="#startsOn-day"'));
  });

  it('is added, marked as no longer listed once confirmed, and listed again', async () => {
    const added = await officer.post('/add/person', { account: 'New.One', name: 'New One', population: 'employee' });
    expect(added.headers.location).toBe('/people/new.one?done=entered');
    const twice = await officer.post('/add/person', { account: 'new.one', name: 'X', population: 'agent' });
    expect(twice.body).toContain('new.one is in the register already');
    const asked = await officer.get('/people/new.one/gone');
    expect(asked.body).toContain('No access is withdrawn by this');
    await officer.post('/people/new.one/gone', { version: versionIn(asked.body) });
    expect((await officer.get('/people/new.one')).body).toContain('List this person again');
    await officer.post('/people/new.one/back', {});
    expect((await officer.get('/people/new.one')).body).not.toContain('List this person again');
    expect(await acts('person-gone')).toEqual([{ actor: 'Ann Officer', target: 'person:new.one' }]);
  });

  it('shows no device by a name that two people have', async () => {
    await officer.post('/add/person', { account: 'other.ann', name: 'Ann Officer', population: 'employee' });
    const { body } = await officer.get('/people/other.ann');
    expect(body).toContain('Somebody else has the same name');
    expect(body).not.toContain('DBC-04133');
  });

  it('is read by whoever may, changed by fewer, and only from its own form', async () => {
    const auditor = await server.signIn('auditor', 'Au Ditor');
    expect((await auditor.get('/people/sam.rivers')).statusCode).toBe(200);
    expect((await auditor.get('/people/sam.rivers')).body).not.toContain('/people/sam.rivers/change');
    expect((await auditor.get('/people/sam.rivers/change')).statusCode).toBe(403);
    const forged = await server.app.inject({
      method: 'POST',
      url: '/people/sam.rivers/gone',
      headers: {
        cookie: officer.cookie,
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      },
      payload: '_csrf=guessed',
    });
    expect(forged.statusCode).toBe(403);
    expect((await officer.get('/people/nobody')).statusCode).toBe(404);
  });

  it('has the authorisations that concern them', async () => {
    await seedAuthorisations(server.db, server.clock.now());
    expect((await officer.get('/people/sam.rivers')).body).toContain('/authorisations/AU-2026-');
  });
});

describe('a role’s page', () => {
  it('says who has it, who deputises and who is told today', async () => {
    const give = (fields: Record<string, string>) => officer.post('/roles/siro/give', fields, '/roles/siro/give');
    expect((await give({ account: 'bo.deputy', standing: 'holder' })).headers.location).toBe('/roles/siro?done=given');
    await give({ account: 'kit.marsh', standing: 'deputy' });
    const { body } = await officer.get('/roles/siro');
    expect(body).toContain('the deputy, as no holder is there');
    expect(body).toContain('From 1 January 2026');
    expect((await officer.get('/roles')).body).toContain('Kit Marsh (deputy)');
    expect((await officer.get('/people/kit.marsh')).body).toContain('href="/roles/siro"');
  });

  it('says what is wrong with a form', async () => {
    const { statusCode, body } = await officer.post('/roles/siro/give', { account: 'nobody', standing: 'holder' });
    expect([statusCode, body.includes('Enter the account of somebody in the list of people')]).toEqual([400, true]);
    expect((await officer.post('/roles/siro/give', {})).body).toContain('Choose holder or deputy');
    expect((await officer.get('/roles/king')).statusCode).toBe(404);
  });

  it('has days that are changed, and is taken back before it begins', async () => {
    const later = { 'from-day': '1', 'from-month': '12', 'from-year': '2026' };
    await officer.post('/roles/auditor/give', { account: 'kit.marsh', standing: 'holder', ...later });
    const { body } = await officer.get('/roles/auditor');
    const path = /\/roles\/auditor\/holders\/[^"/]+/.exec(body)?.[0] ?? '';
    const form = await officer.get(path);
    const wrong = {
      ...later,
      'until-day': '1',
      'until-month': '1',
      'until-year': '2026',
      version: versionIn(form.body),
    };
    expect((await officer.post(path, wrong)).body).toContain('not before the first day');
    expect((await officer.post(path, { ...wrong, 'until-year': '2027' })).statusCode).toBe(303);
    const asked = await officer.get(`${path}/take-back`);
    const back = await officer.post(`${path}/take-back`, { version: versionIn(asked.body) });
    expect(back.headers.location).toBe('/roles/auditor?done=taken-back');
    expect((await officer.get('/roles/auditor')).body).toContain('Nobody is registered with this role');
  });
});

describe('a group’s page', () => {
  it('is made, takes one in and out, and is removed', async () => {
    const made = await officer.post('/add/group', { name: 'Flood & fire', members: 'kit.marsh' });
    const path = '/groups/Flood%20%26%20fire';
    expect(made.headers.location).toBe(`${path}?done=made`);
    expect((await officer.post('/add/group', { name: 'a;b' })).body).toContain('without semicolons');
    expect((await officer.post('/add/group', { name: 'x', members: 'nobody' })).body).toContain('one on each line');
    await officer.post(path, { add: 'Sam.Rivers' });
    await officer.post(path, { remove: 'kit.marsh' });
    const { body } = await officer.get(path);
    expect(body).toContain('/people/sam.rivers');
    expect(body).not.toContain('/people/kit.marsh');
    const wrong = await officer.post(path, { add: 'nobody' });
    expect([wrong.statusCode, titleOf(wrong.body)]).toEqual([400, expect.stringMatching(/^Error: Flood/)]);
    expect(wrong.body).toContain('value="nobody"');
    const asked = await officer.get(`${path}/remove`);
    await officer.post(`${path}/remove`, { version: versionIn(asked.body) });
    expect((await officer.get(path)).statusCode).toBe(404);
  });
});

describe('a stick’s, a printer’s and a device’s page', () => {
  it('registers, changes and retires a stick', async () => {
    expect((await officer.post('/add/stick', { serial: '' })).body).toContain('Enter the serial number');
    const made = await officer.post('/add/stick', { serial: 'ZZ 1', encryptsInHardware: 'yes', holder: 'Kit Marsh' });
    expect(made.headers.location).toBe('/registers/sticks/ZZ%201?done=registered');
    expect((await officer.get('/registers/sticks/ZZ%201')).body).toContain('href="/people/kit.marsh"');
    const form = await officer.get('/registers/sticks/ZZ%201/change');
    expect(form.body).toMatch(/value="yes" checked/);
    await officer.post('/registers/sticks/ZZ%201/change', { version: versionIn(form.body), note: 'Elections' });
    const { body } = await officer.get('/registers/sticks/ZZ%201');
    expect(body).toContain('Elections');
    expect(body).toMatch(/Encrypts in hardware\s*<\/dt>\s*<dd[^>]*>No/);
    const asked = await officer.get('/registers/sticks/ZZ%201/retire');
    await officer.post('/registers/sticks/ZZ%201/retire', { version: versionIn(asked.body) });
    expect((await officer.get('/registers/sticks/zz%201')).body).toContain('No, it is retired');
  });

  it('changes and withdraws a printer', async () => {
    const list = await officer.get('/registers/printers');
    const path = /\/registers\/printers\/(?!classify)[^"?]+(?=">usb)/.exec(list.body)?.[0] ?? '';
    const form = await officer.get(`${path}/change`);
    const fields = { version: versionIn(form.body), class: 'other', note: 'x' };
    expect((await officer.post(`${path}/change`, fields)).headers.location).toBe(`${path}?done=changed`);
    expect((await officer.get(path)).body).toContain('Somebody else’s');
    expect((await officer.post(`${path}/change`, { ...fields, class: '' })).body).toContain(
      'Choose what kind of printer',
    );
    const asked = await officer.get(`${path}/withdraw`);
    const stale = await officer.post(`${path}/withdraw`, { version: 'old' });
    expect([stale.statusCode, stale.body.includes('has changed since you read it')]).toEqual([400, true]);
    await officer.post(`${path}/withdraw`, { version: versionIn(asked.body) });
    expect((await officer.get(path)).statusCode).toBe(404);
  });

  it('gives a device a holder by account, and asks about a name that nobody has', async () => {
    const ict = await server.signIn('ict-administrator', 'Ian Technician');
    const path = '/devices/DBC-04127/holder';
    const saved = await ict.post(path, { holder: 'Kit Marsh', version: versionIn((await ict.get(path)).body) });
    expect(saved.headers.location).toBe('/devices/DBC-04127?done=holder');
    expect((await officer.get('/people/kit.marsh')).body).toContain('/devices/DBC-04127');
    const asked = await ict.post(path, { holder: 'A visitor' });
    expect(asked.statusCode).toBe(400);
    expect(asked.body).toContain('Nobody in the list of people is called so');
    expect((await ict.post(path, { holder: 'A visitor', evenSo: 'yes' })).statusCode).toBe(303);
    expect((await ict.post(path, { holder: 'ann officer' })).statusCode).toBe(400);
    expect((await ict.post(path, { holder: '' })).statusCode).toBe(303);
    expect((await ict.get('/devices/DBC-04127')).body).toContain('Nobody is registered');
  });
});
