import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const get = async (url: string) => (await server.as('auditor', { url })).json();
const post = (url: string, payload: string, role: CallerRole = 'ict-administrator') =>
  server.as(role, { method: 'POST', url, payload, headers: { 'content-type': 'text/csv' } });
const acts = async () =>
  (await server.db.selectFrom('audit').select(['action', 'target', 'detail']).execute()).map((act) => act.action);

const PEOPLE = `account,name,email,population,line_manager,groups
ann.officer,Ann Officer,ann@council.test,employee,,security
bo.deputy,Bo Deputy,bo@council.test,employee,ann.officer,security
sam.rivers,Sam Rivers,sam@council.test,councillor,,housing;emergency planning
`;

describe('importing people', () => {
  it('as a dry run says what would be done, and does nothing', async () => {
    const answer = await post('/api/v1/people/import?dryRun=true', PEOPLE);
    expect(answer.json()).toMatchObject({ dryRun: true, counts: { added: 3, changed: 0, left: 0, gone: 0 } });
    expect((await get('/api/v1/people')).items).toEqual([]);
    expect(await acts()).toEqual([]);
  });

  it('adds them with their groups, once', async () => {
    expect((await post('/api/v1/people/import', PEOPLE)).statusCode).toBe(200);
    const again = await post('/api/v1/people/import', PEOPLE);
    expect(again.json()).toMatchObject({ counts: { added: 0, changed: 0, left: 3, gone: 0 } });
    expect(await acts()).toEqual(['people-imported']);
    const { items, nextCursor } = await get('/api/v1/people?limit=2');
    expect(items.map(({ account }: { account: string }) => account)).toEqual(['ann.officer', 'bo.deputy']);
    const next = await get(`/api/v1/people?limit=2&cursor=${nextCursor}`);
    expect(next.items).toMatchObject([{ account: 'sam.rivers', groups: ['emergency planning', 'housing'] }]);
    expect((await get('/api/v1/groups')).items).toEqual([
      { name: 'emergency planning', source: 'csv', members: 1 },
      { name: 'housing', source: 'csv', members: 1 },
      { name: 'security', source: 'csv', members: 2 },
    ]);
  });

  it('refuses a file with an error whole, and says where it is', async () => {
    const answer = await post('/api/v1/people/import', `${PEOPLE}kit,Kit,kit@c.test,employee,nobody,\n`);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toEqual([
      { field: '5:5: line_manager', expected: 'the account of somebody in the list or the register' },
    ]);
  });

  it('of a whole list marks who is gone, unless they are too many, and has them back', async () => {
    const shorter = PEOPLE.split('\n').slice(0, 3).join('\n');
    const refused = await post('/api/v1/people/import?whole=true', shorter);
    expect([refused.statusCode, refused.json().detail]).toEqual([409, expect.stringContaining('1 of 3 would go')]);
    const told = await post('/api/v1/people/import?whole=true&evenMany=true', shorter);
    expect(told.json().gone).toEqual(['sam.rivers']);
    expect((await get('/api/v1/people')).items).toHaveLength(2);
    expect((await get('/api/v1/people?gone=true')).items).toHaveLength(3);
    const back = await post('/api/v1/people/import?whole=true', PEOPLE);
    expect(back.json().changed).toEqual([{ key: 'sam.rivers', columns: ['back again'] }]);
    expect((await get('/api/v1/people')).items).toHaveLength(3);
  });

  it('is for whoever may, and only as CSV', async () => {
    expect((await post('/api/v1/people/import', PEOPLE, 'auditor')).statusCode).toBe(403);
    const json = await server.as('administrator', { method: 'POST', url: '/api/v1/people/import', payload: {} });
    expect(json.statusCode).toBe(415);
  });
});

describe('changing people', () => {
  const patch = (account: string, payload: object) =>
    server.as('ict-administrator', { method: 'PATCH', url: `/api/v1/people/${account}`, payload });

  it('changes what is sent and leaves the rest', async () => {
    const answer = await patch('Sam.Rivers', { absentFrom: '2026-06-01', groups: ['housing'] });
    expect(answer.json()).toMatchObject({ name: 'Sam Rivers', absentFrom: '2026-06-01', groups: ['housing'] });
    const [last] = await server.db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(1).execute();
    expect([last?.action, last?.target]).toEqual(['person-changed', 'person:sam.rivers']);
    expect(last?.detail).not.toContain('2026-06-01');
  });

  it.each([
    [{ startsOn: '2026-02-30' }, 'body.startsOn'],
    [{ absentUntil: '2026-01-01' }, 'body.absentUntil'],
    [{ lineManager: 'nobody' }, 'body.lineManager'],
    [{ name: 'A\nB' }, 'body.name'],
    [{ shoeSize: 9 }, 'body.shoeSize'],
  ])('refuses %j', async (payload, field) => {
    const answer = await patch('sam.rivers', payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].field).toBe(field);
  });

  it('says that there is nobody', async () => expect((await patch('nobody', {})).statusCode).toBe(404));

  it('sets who is in a group', async () => {
    const put = (members: string[]) =>
      server.as('ict-administrator', { method: 'PUT', url: '/api/v1/groups/pilot', payload: { members } });
    expect((await put(['Bo.Deputy', 'ann.officer'])).json()).toMatchObject({
      name: 'pilot',
      source: 'hand',
      members: 2,
    });
    expect((await put(['nobody'])).statusCode).toBe(400);
    expect((await get('/api/v1/people?group=pilot')).items).toHaveLength(2);
  });
});

describe('the registers', () => {
  it('take sticks in, change one, and retire what a whole list does not have', async () => {
    const list = 'serial,encrypts_in_hardware,holder\nAA01,yes,Sam Rivers\nbb02,no,\ncc03,no,\ndd04,no,\nee05,no,\n';
    expect((await post('/api/v1/registers/sticks/import', list)).json().counts.added).toBe(5);
    const put = await server.as('information-security-team-leader', {
      method: 'PUT',
      url: '/api/v1/registers/sticks/aa01',
      payload: { note: 'Emergency plan' },
    });
    expect(put.json()).toMatchObject({
      serial: 'AA01',
      encryptsInHardware: true,
      holder: 'Sam Rivers',
      note: 'Emergency plan',
    });
    const shorter = list.replace('ee05,no,\n', '');
    expect((await post('/api/v1/registers/sticks/import?whole=true', shorter)).json().gone).toEqual(['ee05']);
    expect((await get('/api/v1/registers/sticks?retired=false')).items).toHaveLength(4);
    expect((await post('/api/v1/registers/sticks/import?whole=true', shorter)).json().counts.gone).toBe(0);
  });

  it('classify a printer once, say who did, and take it back', async () => {
    const classify = (kind: string) =>
      server.as('information-security-team-leader', {
        method: 'POST',
        url: '/api/v1/registers/printers',
        payload: { pattern: String.raw`\\printers\*`, class: kind },
      });
    const first = (await classify('other')).json();
    const second = (await classify('council')).json();
    expect(second).toMatchObject({
      id: first.id,
      class: 'council',
      classifiedBy: 'token:information-security-team-leader',
    });
    expect((await classify('nonsense')).statusCode).toBe(400);
    const remove = await server.as('security-analyst', {
      method: 'DELETE',
      url: `/api/v1/registers/printers/${first.id}`,
    });
    expect(remove.statusCode).toBe(204);
    expect((await get('/api/v1/registers/printers')).items).toEqual([]);
  });

  it('take devices in', async () => {
    const list = 'asset_tag,serial_number,kind,holder\nDBC-1,S1,laptop,sam.rivers\nDBC-2,S2,,\n';
    expect((await post('/api/v1/devices/import', list)).json().added).toEqual(['dbc-1', 'dbc-2']);
    const changed = await post('/api/v1/devices/import', list.replace('S2,,', 'S2,desktop,'));
    expect(changed.json().changed).toEqual([{ key: 'dbc-2', columns: ['kind'] }]);
    expect((await get('/api/v1/devices')).items).toMatchObject([
      { assetTag: 'DBC-1', kind: 'laptop', holder: 'sam.rivers' },
      { assetTag: 'DBC-2', kind: 'desktop' },
    ]);
  });
});

describe('roles', () => {
  const give = (payload: object, role: CallerRole = 'information-security-team-leader') =>
    server.as(role, { method: 'POST', url: '/api/v1/roles', payload });

  it('are given, end on a day, and stay on record', async () => {
    const made = await give({ role: 'siro', account: 'ann.officer', standing: 'holder', from: '2026-01-01' });
    expect(made.statusCode).toBe(201);
    const url = `/api/v1/roles/${made.json().id}`;
    const ended = await server.as('information-security-team-leader', {
      method: 'PATCH',
      url,
      payload: { until: '2026-06-30' },
    });
    expect(ended.json()).toMatchObject({ role: 'siro', name: 'Ann Officer', from: '2026-01-01', until: '2026-06-30' });
    expect((await get('/api/v1/roles?role=siro')).items).toHaveLength(1);
  });

  it('are given by whoever may, to somebody, from a day to a later one', async () => {
    const good = { role: 'siro', account: 'ann.officer', standing: 'deputy' };
    expect((await give(good, 'ict-administrator')).statusCode).toBe(403);
    expect((await give({ ...good, account: 'nobody' })).statusCode).toBe(404);
    expect((await give({ ...good, from: '2026-02-01', until: '2026-01-01' })).statusCode).toBe(400);
  });
});
