import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedDevice } from '../support/seed.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
const ask = (method: Method, url: string, payload?: object, role: CallerRole = 'information-security-team-leader') =>
  server.as(role, { method, url: `/api/v1${url}`, ...(payload === undefined ? {} : { payload }) });
const upload = (url: string, payload: string) =>
  server.as('administrator', {
    method: 'POST',
    url: `/api/v1${url}`,
    payload,
    headers: { 'content-type': 'text/csv' },
  });
const lastAct = async () => {
  const [act] = await server.db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(1).execute();
  return { actor: act?.actor, action: act?.action, target: act?.target, detail: JSON.parse(act?.detail ?? '{}') };
};

const SAM = { account: 'Sam.Rivers', name: 'Sam Rivers', population: 'employee', groups: ['Housing'] };

describe('one person', () => {
  it('is entered, changed and marked as gone, and comes back, each with before and after on record', async () => {
    const made = await ask('POST', '/people', SAM);
    expect([made.statusCode, made.json().source]).toEqual([201, 'hand']);
    expect((await ask('POST', '/people', SAM)).statusCode).toBe(409);
    const changed = await ask('PATCH', '/people/sam.rivers', { name: 'Sam Rivers-Lee', absentFrom: '2026-06-01' });
    expect(changed.json()).toMatchObject({ name: 'Sam Rivers-Lee', absentFrom: '2026-06-01' });
    const { detail, ...act } = await lastAct();
    expect(act).toEqual({
      actor: 'token:information-security-team-leader',
      action: 'person-changed',
      target: 'person:sam.rivers',
    });
    expect(detail).toEqual({
      changed: ['name', 'absent_from'],
      before: { name: 'Sam Rivers' },
      after: { name: 'Sam Rivers-Lee' },
    });
    expect((await ask('DELETE', '/people/Sam.Rivers')).statusCode).toBe(204);
    expect((await ask('GET', '/people/sam.rivers')).json().goneAt).not.toBeNull();
    expect((await ask('PATCH', '/people/sam.rivers', { gone: false })).json().goneAt).toBeNull();
    expect((await ask('DELETE', '/people/nobody')).statusCode).toBe(404);
  });

  it('is read on record', async () => {
    await ask('POST', '/people', SAM);
    await ask('GET', '/people/SAM.rivers', undefined, 'auditor');
    expect(await lastAct()).toMatchObject({
      actor: 'token:auditor',
      action: 'person-viewed',
      target: 'person:sam.rivers',
    });
  });

  it('is changed only as it was read', async () => {
    const { version } = (await ask('POST', '/people', SAM)).json();
    expect((await ask('PATCH', '/people/sam.rivers', { population: 'councillor', version })).statusCode).toBe(200);
    const late = await ask('PATCH', '/people/sam.rivers', { population: 'agent', version });
    expect([late.statusCode, late.json().detail]).toEqual([
      409,
      expect.stringContaining('has changed since you read it'),
    ]);
    expect((await ask('DELETE', `/people/sam.rivers?version=${version}`)).statusCode).toBe(409);
    expect((await ask('GET', '/people/sam.rivers')).json().population).toBe('councillor');
  });

  it.each([
    [{ account: 'x', name: 'X' }, 'body.population'],
    [{ ...SAM, account: 'has spaces' }, 'body.account'],
    [{ ...SAM, lineManager: 'nobody' }, 'body.lineManager'],
    [{ ...SAM, startsOn: '2026-02-30' }, 'body.startsOn'],
    [{ ...SAM, shoeSize: 9 }, 'body.shoeSize'],
  ])('is not entered as %j', async (payload, field) => {
    const answer = await ask('POST', '/people', payload);
    expect([answer.statusCode, answer.json().errors[0].field]).toEqual([400, field]);
  });

  it.each(['auditor', 'siro', 'worker'] as const)('is not for the role %s to change', async (role) => {
    await ask('POST', '/people', SAM);
    for (const [method, url] of [
      ['POST', '/people'],
      ['PATCH', '/people/sam.rivers'],
      ['DELETE', '/people/sam.rivers'],
    ] as const)
      expect((await ask(method, url, method === 'DELETE' ? undefined : {}, role)).statusCode).toBe(403);
  });
});

describe('what was changed by hand', () => {
  const LIST = 'account,name,population\nsam.rivers,Sam Rivers,employee\nkit,Kit,councillor\n';

  it('is told, and taken back by the next list that says otherwise, which says so', async () => {
    await upload('/people/import', LIST);
    await ask('PATCH', '/people/kit', { name: 'Kit Marsh', lineManager: 'sam.rivers' });
    const told = (await ask('GET', '/people/kit')).json().changedByHand;
    expect(told).toMatchObject([
      { field: 'line_manager' },
      { field: 'name', by: 'token:information-security-team-leader' },
    ]);
    const dry = await upload('/people/import?dryRun=true', LIST);
    const overruled = [{ key: 'kit', columns: ['name'], by: ['token:information-security-team-leader'] }];
    expect(dry.json().overruled).toEqual(overruled);
    expect((await upload('/people/import', LIST)).json().overruled).toEqual(overruled);
    expect((await lastAct()).detail).toMatchObject({
      overruled: 1,
      changedByHand: [{ key: 'kit', columns: ['name'] }],
    });
    const after = (await ask('GET', '/people/kit')).json();
    expect([after.name, after.lineManager]).toEqual(['Kit', 'sam.rivers']);
    expect(after.changedByHand).toMatchObject([{ field: 'line_manager' }]);
    expect((await upload('/people/import', LIST)).json().overruled).toEqual([]);
  });

  it('stays where nobody’s list has it, and is the list’s once one has', async () => {
    await ask('POST', '/people', SAM);
    expect(
      (await upload('/people/import?whole=true', LIST.replace('sam.rivers,Sam Rivers,employee\n', ''))).json().gone,
    ).toEqual([]);
    await upload('/people/import', LIST);
    expect((await ask('GET', '/people/sam.rivers')).json().source).toBe('csv');
  });

  it('is told of devices, sticks and printers as well', async () => {
    await upload('/devices/import', 'asset_tag,holder\nDBC-1,Sam Rivers\n');
    await ask('PATCH', '/devices/DBC-1', { holder: 'Kit' }, 'ict-administrator');
    expect((await upload('/devices/import', 'asset_tag,holder\nDBC-1,Sam Rivers\n')).json().overruled).toMatchObject([
      { key: 'dbc-1', columns: ['holder'] },
    ]);
    await upload('/registers/sticks/import', 'serial\nAA\nBB\nCC\nDD\nEE\n');
    await ask('DELETE', '/registers/sticks/aa');
    expect((await upload('/registers/sticks/import', 'serial,retired\nAA,no\n')).json().overruled).toMatchObject([
      { key: 'aa', columns: ['retired'] },
    ]);
    await ask('POST', '/registers/printers', { pattern: 'usb://*', class: 'home' });
    const whole = '/registers/printers/import?whole=true&evenMany=true';
    expect((await upload(whole, 'pattern,class\nlpd://*,other\n')).json()).toMatchObject({
      gone: ['usb://*'],
      overruled: [{ key: 'usb://*', columns: ['class', 'pattern'] }],
    });
  });
});

describe('one group', () => {
  beforeEach(async () => {
    await ask('POST', '/people', { ...SAM, groups: [] });
    await ask('POST', '/people', { account: 'kit', name: 'Kit', population: 'employee' });
  });

  it('is made, changed one by one and removed', async () => {
    const made = await ask('POST', '/groups', { name: 'Pilot/1', members: ['Sam.Rivers'] });
    expect([made.statusCode, made.json()]).toMatchObject([201, { members: 1, source: 'hand' }]);
    const url = '/groups/Pilot%2F1';
    const { version } = made.json();
    expect((await ask('PATCH', url, { add: ['kit'], remove: ['sam.rivers'], version })).json().members).toBe(1);
    expect((await lastAct()).detail).toEqual({ members: 1, before: 1, added: ['kit'], removed: ['sam.rivers'] });
    expect((await ask('PATCH', url, { add: ['sam.rivers'], version })).statusCode).toBe(409);
    expect((await ask('PATCH', url, { add: ['nobody'] })).json().errors[0].field).toBe('body.members');
    expect((await ask('GET', '/people?group=Pilot%2F1')).json().items).toMatchObject([{ account: 'kit' }]);
    expect((await ask('POST', '/groups', { name: 'Pilot/1' })).statusCode).toBe(409);
    expect((await ask('DELETE', url)).statusCode).toBe(204);
    expect((await ask('GET', url)).statusCode).toBe(404);
    expect((await ask('GET', '/people/kit')).json().groups).toEqual([]);
  });

  it('that the directory keeps is not removed while somebody is in it', async () => {
    await ask('POST', '/groups', { name: 'Housing', members: ['kit'] });
    await server.db.updateTable('people_groups').set({ source: 'directory' }).execute();
    expect((await ask('DELETE', '/groups/Housing')).json().detail).toContain('The directory keeps this group');
  });
});

describe('one stick and one printer', () => {
  it('a stick is registered, changed, retired and stays on record', async () => {
    const made = await ask('POST', '/registers/sticks', { serial: 'AA01', encryptsInHardware: true });
    expect(made.statusCode).toBe(201);
    expect((await ask('POST', '/registers/sticks', { serial: 'aa01' })).statusCode).toBe(409);
    const { version } = made.json();
    expect((await ask('PATCH', '/registers/sticks/aa01', { holder: 'Kit', version })).json().holder).toBe('Kit');
    expect((await lastAct()).detail).toEqual({
      changed: ['holder'],
      before: { holder: null },
      after: { holder: 'Kit' },
    });
    expect((await ask('PATCH', '/registers/sticks/aa01', { note: 'x', version })).statusCode).toBe(409);
    expect((await ask('DELETE', '/registers/sticks/AA01')).statusCode).toBe(204);
    expect((await ask('GET', '/registers/sticks/aa01')).json()).toMatchObject({ serial: 'AA01', retired: true });
    expect((await ask('PATCH', '/registers/sticks/zz', { note: 'x' })).statusCode).toBe(404);
  });

  it('a printer is read, changed and no longer classified', async () => {
    const made = (await ask('POST', '/registers/printers', { pattern: 'IPP://Court*', class: 'other' })).json();
    const url = `/registers/printers/${made.id}`;
    expect((await ask('PATCH', url, { class: 'permitted', version: made.version })).json().class).toBe('permitted');
    expect((await ask('PATCH', url, { class: 'home', version: made.version })).statusCode).toBe(409);
    expect((await lastAct()).detail).toMatchObject({ before: { class: 'other' }, after: { class: 'permitted' } });
    expect((await ask('DELETE', url)).statusCode).toBe(204);
    expect((await ask('GET', url)).statusCode).toBe(404);
  });
});

describe('one role and one device', () => {
  it('a role is read, changed as it was read, and taken back only before it begins', async () => {
    await ask('POST', '/people', SAM);
    const give = (from: string) =>
      ask('POST', '/roles', { role: 'siro', account: 'sam.rivers', standing: 'holder', from });
    const [begun, later] = [(await give('2026-06-01')).json(), (await give('2026-12-01')).json()];
    expect((await ask('GET', `/roles/${begun.id}`)).json()).toMatchObject({ role: 'siro', name: 'Sam Rivers' });
    const url = `/roles/${begun.id}`;
    expect((await ask('PATCH', url, { until: '2026-06-30', version: begun.version })).statusCode).toBe(200);
    expect((await lastAct()).detail).toMatchObject({ until: '2026-06-30', before: { until: null } });
    expect((await ask('PATCH', url, { until: null, version: begun.version })).statusCode).toBe(409);
    expect((await ask('PATCH', url, { until: '2026-02-30' })).json().errors[0].field).toBe('body.until');
    expect((await ask('DELETE', url)).json().detail).toContain('This role has begun');
    expect((await ask('DELETE', `/roles/${later.id}`)).statusCode).toBe(204);
  });

  it('a device is given a holder as it was read', async () => {
    await seedDevice(server.db, { asset_tag: 'DBC-9' });
    const { version } = (await ask('GET', '/devices/DBC-9')).json();
    const give = (holder: string) => ask('PATCH', '/devices/DBC-9', { holder, version }, 'ict-operator');
    expect((await give('kit')).json().holder).toBe('kit');
    expect((await lastAct()).detail).toEqual({
      changed: ['holder'],
      before: { holder: null },
      after: { holder: 'kit' },
    });
    expect((await give('sam')).statusCode).toBe(409);
    const put = (role: CallerRole, holder: string | null) => ask('PUT', '/devices/DBC-9/holder', { holder }, role);
    expect((await put('information-security-team-leader', 'sam')).json().holder).toBe('sam');
    expect((await put('information-security-team-leader', null)).json().holder).toBeNull();
    expect((await put('auditor', 'kit')).statusCode).toBe(403);
    const more = { holder: 'kit', kind: 'desktop' };
    expect((await ask('PUT', '/devices/DBC-9/holder', more)).statusCode).toBe(400);
  });
});

it('all of it is in the OpenAPI document', async () => {
  const { paths } = (await server.app.inject('/api/openapi.json')).json();
  for (const [path, methods] of [
    ['/api/v1/people/{account}', ['get', 'patch', 'delete']],
    ['/api/v1/groups/{name}', ['get', 'put', 'patch', 'delete']],
    ['/api/v1/registers/sticks/{serial}', ['get', 'put', 'patch', 'delete']],
    ['/api/v1/registers/printers/{id}', ['get', 'patch', 'delete']],
    ['/api/v1/roles/{id}', ['get', 'patch', 'delete']],
  ] as const)
    expect(Object.keys(paths[path])).toEqual(expect.arrayContaining([...methods]));
});
