import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice, seedState } from '../support/seed.ts';
import { importPeople } from '../support/people.ts';

const DAY = 86_400_000;

let server: ConsoleServer;
beforeAll(async () => {
  server = await startConsoleServer();
});
afterAll(() => server.close());

const pageOf = async (name: string) => (await (await server.signIn('worker', name)).get('/my-device')).body;
const listed = (people: string) => importPeople(server, `account,name,email,population,groups\n${people}\n`);

describe('my device', () => {
  it('is where whoever has nothing else to look after comes to', async () => {
    const worker = await server.signIn('worker', 'Nobody Yet');
    expect((await worker.get('/')).headers.location).toBe('/my-device');
    expect((await worker.get('/my-device')).body).toContain('No device is registered in your name');
  });

  it('is known by account, address or name, and by none of two people of one name', async () => {
    const made = await listed(
      'k.marsh,Kit Marsh,kit@council.test,employee,\nj.one,Jo Twin,j1@council.test,employee,\nj.two,Jo Twin,j2@council.test,employee,',
    );
    expect(made.statusCode).toBe(200);
    await seedDevice(server.db, { asset_tag: 'BY-ACCOUNT', holder: 'k.marsh' });
    await seedDevice(server.db, { asset_tag: 'BY-ADDRESS', holder: 'Kit@Council.test' });
    await seedDevice(server.db, { asset_tag: 'BY-NAME', holder: 'Kit Marsh' });
    await seedDevice(server.db, { asset_tag: 'OF-TWO', holder: 'Jo Twin' });
    for (const name of ['Kit Marsh', 'k.marsh', 'kit@council.test']) {
      const body = await pageOf(name);
      for (const tag of ['BY-ACCOUNT', 'BY-ADDRESS', 'BY-NAME']) expect(body, `${tag} for ${name}`).toContain(tag);
    }
    expect(await pageOf('Jo Twin')).toContain('No device is registered in your name');
    expect(await pageOf('j.one')).not.toContain('OF-TWO');
  });

  it('says what is whose to put right, and what could not be told', async () => {
    const { id } = await seedDevice(server.db, { holder: 'Ash Field' });
    await seedState(server.db, id, { rule: 'laptop-encryption', verdict: 'fail' });
    await seedState(server.db, id, { rule: 'updates', verdict: 'unknown', reason: 'not-told' });
    const body = await pageOf('Ash Field');
    expect(body).toContain('What needs to be put right');
    expect(body).toContain('For ICT. You need do nothing unless they ask you');
    expect(body).toContain('This is held against nobody');
    expect(body).toContain('Information Security Team Leader');
  });

  it('tells what appears to have happened, and nothing of what anybody reported', async () => {
    const device = await seedDevice(server.db, { holder: 'Robin Hill' });
    const now = server.clock.now();
    const of = { duty: 'holder', kind: 'event', check_name: 'removable-media' } as const;
    await seedBreach(server.db, device.id, { ...of, clause: '5.9', subject: 'S1' });
    await seedBreach(server.db, device.id, { ...of, kind: 'person', subject: 'Robin is careless' });
    await seedBreach(server.db, device.id, { ...of, subject: 'S2', concealed_from: '["somebody"]', clause: '9.97' });
    const dismissed = { ...of, status: 'not-a-breach', triage: 'not-a-breach' } as const;
    await seedBreach(server.db, device.id, { ...dismissed, subject: 'S3', clause: '9.98', ended_at: now - 29 * DAY });
    await seedBreach(server.db, device.id, { ...dismissed, subject: 'S4', clause: '9.99', ended_at: now - 31 * DAY });
    const body = await pageOf('Robin Hill');
    expect(body).toContain('appears to have been plugged into');
    expect(body).toContain('Nothing is decided about anybody until a person has looked at it');
    expect(body).toContain('section 9.98');
    for (const hidden of ['careless', '9.97', '9.99']) expect(body).not.toContain(hidden);
  });
});

describe('actions', () => {
  it('are seen by whoever is to do them and by their line manager, and nothing of what they come from', async () => {
    const made = await importPeople(
      server,
      'account,name,email,population,line_manager\nm.boss,Mo Boss,mo@council.test,employee,\ns.one,Sal One,sal@council.test,employee,m.boss\no.other,Ola Other,ola@council.test,employee,\n',
    );
    expect(made.json()).toMatchObject({});
    const device = await seedDevice(server.db, { holder: 'Ola Other' });
    const { ref } = await seedBreach(server.db, device.id, {
      status: 'confirmed',
      triage: 'confirmed',
      subject: 'SECRET-ONE',
    });
    const act = (owner: string, title: string) =>
      server.as('information-security-team-leader', {
        method: 'POST',
        url: `/api/v1/breaches/${ref}/actions`,
        payload: { owner, title, due: '2026-07-01T12:00:00Z' },
      });
    for (const owner of ['Sal One', 'S.ONE', 'sal@council.test']) await act(owner, `Ask ${owner.length}`);
    await act('Ola Other', 'Not for Mo');
    const of = async (name: string) => (await (await server.signIn('worker', name)).get('/my-actions')).body;
    const manager = await of('Mo Boss');
    for (const title of ['Ask 7', 'Ask 5', 'Ask 16']) expect(manager).toContain(title);
    for (const hidden of ['Not for Mo', 'SECRET-ONE', ref]) expect(manager).not.toContain(hidden);
    expect(await of('s.one')).toContain('Ask 7');
    expect(await of('s.one')).not.toContain('For those whom you manage');
    expect(await of('Ola Other')).toContain('Not for Mo');
  });

  it('of a breach that is kept from somebody are not shown to them, though their staff are to do them', async () => {
    const device = await seedDevice(server.db, { holder: 'Mo Boss' });
    const { id } = await seedBreach(server.db, device.id, { concealed_from: '["mo boss"]', triage: 'confirmed' });
    const action = { organisation: 'main', breach: id, made_at: 0, made_by: 'Ann', ended_at: null, ended_by: null };
    await server.db
      .insertInto('breach_actions')
      .values({ ...action, id: 'kept', title: 'Look into it', owner: 's.one', due_at: 0, outcome: null, note: null })
      .execute();
    const of = async (name: string) => (await (await server.signIn('worker', name)).get('/my-actions')).body;
    expect(await of('Mo Boss')).not.toContain('Look into it');
    expect(await of('Sal One')).toContain('Look into it');
  });

  it('are nobody’s of two people who share a name', async () => {
    await listed('t.one,Tam Twin,t1@council.test,employee,\nt.two,tam twin,t2@council.test,employee,');
    const device = await seedDevice(server.db);
    const { ref } = await seedBreach(server.db, device.id, { triage: 'confirmed', status: 'confirmed' });
    for (const [owner, title] of [
      ['Tam Twin', 'By the name'],
      ['t.one', 'By the account'],
    ])
      await server.as('information-security-team-leader', {
        method: 'POST',
        url: `/api/v1/breaches/${ref}/actions`,
        payload: { owner, title, due: '2026-07-01T12:00:00Z' },
      });
    const page = (await (await server.signIn('worker', 't.one')).get('/my-actions')).body;
    expect([page.includes('By the account'), page.includes('By the name')]).toEqual([true, false]);
  });
});
