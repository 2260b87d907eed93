import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerRole } from '../../src/access.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { CALLER_ROLES } from '../../src/people/permissions.ts';
import { tellOfRights } from '../../src/rights/due.ts';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedBreach, seedDevice, seedFinding, seedState } from '../support/seed.ts';
import { seededRandom } from '../app/harness.ts';
import { importPeople } from '../support/people.ts';

const DAY = 86_400_000;
const OWN = '/api/v1/my-rights-requests';
const ALL = '/api/v1/rights-requests';

let server: ConsoleServer;
let worker: Browser;
let officer: Browser;
let breach: string;
let device: { readonly id: string };

beforeAll(async () => {
  server = await startConsoleServer();
  await importPeople(
    server,
    'account,name,email,population\nsam.rivers,Sam Rivers,sam@council.test,employee\ndee.officer,Dee Officer,dee@council.test,employee\n',
  );
  device = await seedDevice(server.db, { asset_tag: 'DBC-04127', holder: 'Sam Rivers' });
  await seedState(server.db, device.id, { rule: 'firewall-on', verdict: 'fail' });
  const of = { duty: 'holder', kind: 'event', check_name: 'removable-media' } as const;
  breach = (await seedBreach(server.db, device.id, { ...of, subject: 'S1' })).ref;
  const other = await seedDevice(server.db, { asset_tag: 'DBC-99999', holder: 'Kit Marsh' });
  await seedBreach(server.db, other.id, { ...of, ref: 'BR-2026-000999', subject: 'S2' });
  worker = await server.signIn('worker', 'Sam Rivers');
  officer = await server.signIn('data-protection-officer', 'Dee Officer');
});
afterAll(() => server.close());

const FORM = '/my-rights/new';
const send = (fields: Record<string, string>, by = worker) => by.post(FORM, fields, FORM);
const refIn = (location: unknown) => /DP-\d{4}-\d+/.exec(String(location))?.[0] ?? '';
async function sent(fields: Record<string, string>, by = worker): Promise<string> {
  const answer = await send(fields, by);
  expect(answer.statusCode).toBe(303);
  return refIn(answer.headers.location);
}
const answer = (ref: string, payload: object, role: CallerRole = 'data-protection-officer') =>
  server.as(role, { method: 'POST', url: `${ALL}/${ref}/answer`, payload });
const acknowledge = (ref: string, role: CallerRole = 'data-protection-officer') =>
  server.as(role, { method: 'POST', url: `${ALL}/${ref}/acknowledgement` });
const noticesOf = (ref: string) =>
  server.db
    .selectFrom('notices')
    .selectAll()
    .where('reference', '=', ref)
    .orderBy('created_at')
    .orderBy('role')
    .orderBy('id')
    .execute();

describe('a complaint', () => {
  it('has a reference at once, and tells the officer and whoever complains, without what is said', async () => {
    const ref = await sent({ kind: 'complaint', about: 'nothing', words: 'Too much is kept of me.' });
    expect(ref).toBe('DP-2026-000001');
    const notices = await noticesOf(ref);
    expect(notices.map(({ role, person, address }) => [role, person, address])).toEqual([
      ['data-protection-officer', null, expect.any(String)],
      ['worker', 'sam.rivers', 'sam@council.test'],
    ]);
    for (const { title, body } of notices) expect(title + body).not.toMatch(/Too much|Sam|complaint/);
    const page = (await worker.get(`/my-rights/${ref}?sent=yes`)).body;
    for (const text of ['It has been sent', ref, 'Too much is kept of me.', 'To be acknowledged by'])
      expect(page).toContain(text);
    expect(page).toContain('Without undue delay');
  });

  it('is in the officer’s list with its day, on their overview a week before it, and in nobody else’s', async () => {
    expect((await officer.get('/data-rights')).body).toContain('DP-2026-000001');
    expect((await officer.get('/')).body).not.toContain('Data rights: what is due');
    expect((await officer.get('/data-rights/DP-2026-000001')).body).toContain('Too much is kept of me.');
    const acts = await server.db
      .selectFrom('audit')
      .select(['actor', 'action'])
      .where('target', '=', 'rights:DP-2026-000001')
      .orderBy('sequence')
      .execute();
    expect(acts).toEqual([
      { actor: 'Sam Rivers', action: 'rights-asked' },
      { actor: 'Dee Officer', action: 'rights-viewed' },
    ]);
  });

  it('is acknowledged once and answered once, each told and on record', async () => {
    const path = '/data-rights/DP-2026-000001';
    expect((await officer.post(`${path}/acknowledge`, {}, path)).statusCode).toBe(303);
    expect((await acknowledge('DP-2026-000001')).statusCode).toBe(409);
    expect((await officer.post(`${path}/answer`, {}, path)).body).toContain('Choose what you decide');
    const given = { outcome: 'upheld-in-part', answer: 'Messages are now kept for 90 days.' };
    expect((await officer.post(`${path}/answer`, given, path)).statusCode).toBe(303);
    expect((await answer('DP-2026-000001', given)).statusCode).toBe(409);
    const page = (await worker.get('/my-rights/DP-2026-000001')).body;
    for (const text of ['Upheld in part', 'Messages are now kept for 90 days.', 'Information Commissioner'])
      expect(page).toContain(text);
    expect((await noticesOf('DP-2026-000001')).map(({ title }) => title).toSorted()).toEqual([
      'DP-2026-000001 has been acknowledged',
      'DP-2026-000001 has been answered',
      'DP-2026-000001 has been received',
      'DP-2026-000001: somebody uses a right over what is recorded of them',
    ]);
    expect((await officer.get('/data-rights')).body).toContain('Nothing waits for an answer.');
    expect((await officer.get('/data-rights?show=answered')).body).toContain('DP-2026-000001');
    expect(await verifyAudit(server.db, ORGANISATION)).toMatchObject({ intact: true });
  });
});

describe('what somebody asks', () => {
  it('is theirs alone to read, and the officer’s', async () => {
    const kit = await server.signIn('worker', 'Kit Marsh');
    expect((await kit.get('/my-rights/DP-2026-000001')).statusCode).toBe(404);
    expect((await kit.get('/my-rights')).body).toContain('You have sent nothing yet.');
    for (const role of CALLER_ROLES) {
      const may = role === 'data-protection-officer' || role === 'administrator';
      const [list, one] = await Promise.all([
        server.as(role, { url: ALL }),
        server.as(role, { url: `${ALL}/DP-2026-000001` }),
      ]);
      expect([role, list.statusCode, one.statusCode]).toEqual([role, ...(may ? [200, 200] : [403, 403])]);
      const page = (await (await server.signIn(role, `A ${role}`)).get('/data-rights')).statusCode;
      expect([role, page]).toEqual([role, may ? 200 : 403]);
    }
  });

  it('is in no list of messages but the officer’s', async () => {
    const titles = async (role: CallerRole) => (await server.as(role, { url: '/api/v1/notices?limit=100' })).body;
    expect(await titles('data-protection-officer')).toContain('DP-2026-000001');
    for (const role of ['information-security-team-leader', 'auditor', 'siro'] as const)
      expect([role, (await titles(role)).includes('DP-2026-')]).toEqual([role, false]);
    const [row] = await noticesOf('DP-2026-000001');
    const one = await server.as('auditor', { url: `/api/v1/notices/${row?.id}` });
    expect(one.statusCode).toBe(404);
  });

  it('is about what is theirs', async () => {
    for (const about of [
      'BR-2026-000999',
      'device:DBC-99999',
      'rule:DBC-04127:no-such-rule',
      'rule:DBC-99999:firewall-on',
    ]) {
      const refused = await send({ kind: 'correction', about, words: 'x' });
      expect([about, refused.statusCode]).toEqual([about, 400]);
    }
    const api = (payload: object) => server.as('worker', { method: 'POST', url: OWN, payload });
    expect((await api({ kind: 'correction', words: 'x', breach })).statusCode).toBe(403);
    expect((await api({ kind: 'correction', words: 'x', rule: 'firewall-on' })).statusCode).toBe(400);
    expect((await api({ kind: 'wish', words: 'x' })).statusCode).toBe(400);
    expect((await api({ kind: 'objection', words: '' })).statusCode).toBe(400);
    expect((await api({ kind: 'objection', words: 'x'.repeat(5001) })).statusCode).toBe(400);
  });

  it('is answered by somebody else', async () => {
    const ref = await sent({ kind: 'complaint', words: 'Mine.' }, officer);
    const path = `/data-rights/${ref}`;
    const refused = await officer.post(`${path}/answer`, { outcome: 'upheld', answer: 'Yes.' }, path);
    expect([refused.statusCode, refused.body.includes('another person')]).toEqual([400, true]);
    expect((await answer(ref, { outcome: 'not-upheld', answer: 'No.' }, 'administrator')).statusCode).toBe(200);
  });

  it('is sent through the API, listed and read there by whoever asked', async () => {
    const made = await server.as('auditor', {
      method: 'POST',
      url: OWN,
      payload: { kind: 'objection', words: 'I object.' },
    });
    expect([made.statusCode, made.json()]).toMatchObject([
      201,
      { kind: 'objection', status: 'received', answerBy: expect.any(String) },
    ]);
    const { ref } = made.json<{ ref: string }>();
    expect((await server.as('auditor', { url: `${OWN}/${ref}` })).json()).toMatchObject({ words: 'I object.' });
    expect((await server.as('auditor', { url: OWN })).json().items).toHaveLength(1);
    expect((await server.as('siro', { url: `${OWN}/${ref}` })).statusCode).toBe(404);
    expect((await noticesOf(ref)).map(({ person }) => person)).toEqual([null]);
  });
});

describe('a correction', () => {
  it('changes no finding, and stands beside the breach wherever that is shown', async () => {
    await seedFinding(server.db, device.id, {});
    const before = await server.db.selectFrom('findings').selectAll().execute();
    const stands = await server.db.selectFrom('breaches').selectAll().where('ref', '=', breach).execute();
    expect((await worker.get('/my-device')).body).toContain(`about=${breach}`);
    const ref = await sent({ kind: 'correction', about: breach, words: 'It was my colleague.' });
    expect((await answer(ref, { outcome: 'upheld', answer: 'Right.' })).statusCode).toBe(400);
    expect((await answer(ref, { outcome: 'not-upheld', answer: 'No.', note: 'x' })).statusCode).toBe(400);
    const given = { outcome: 'upheld', answer: 'You are right.', note: 'A colleague used the laptop.' };
    expect((await answer(ref, given)).statusCode).toBe(200);
    expect(await server.db.selectFrom('findings').selectAll().execute()).toEqual(before);
    expect(await server.db.selectFrom('breaches').selectAll().where('ref', '=', breach).execute()).toEqual(stands);
    const leader = await server.signIn('information-security-team-leader', 'Ann Officer');
    for (const page of [
      (await worker.get('/my-device')).body,
      (await leader.get(`/breaches/${breach}`)).body,
      (await leader.get(`/breaches/${breach}/report`)).body,
      (await leader.get('/devices/DBC-04127')).body,
    ]) {
      expect(page).toContain('A colleague used the laptop.');
      expect(page).not.toContain('It was my colleague.');
    }
  });

  it('of a rule stands beside that rule', async () => {
    const ref = await sent({ kind: 'correction', about: 'rule:DBC-04127:firewall-on', words: 'It was on.' });
    await answer(ref, { outcome: 'upheld-in-part', answer: 'Partly.', note: 'On from noon.' });
    expect((await worker.get('/my-device')).body).toContain('On from noon.');
    expect((await officer.get('/devices/DBC-04127')).body).toContain('On from noon.');
  });
});

describe('what is due', () => {
  const tell = async () => {
    const deps = { now: server.clock.now(), random: seededRandom(), origin: server.settings.origin };
    await inTransaction(server.db, (tx) => tellOfRights(tx, ORGANISATION, deps));
    return server.db
      .selectFrom('notices')
      .select(['title', 'body', 'role'])
      .where('path', '=', '/data-rights')
      .execute();
  };

  it('is told to the officer alone, once a day, from a week before, and shown until it is done', async () => {
    const ref = await sent({ kind: 'objection', about: 'nothing', words: 'I object.' });
    server.clock.pass(20 * DAY);
    expect(await tell()).toEqual([]);
    server.clock.pass(4 * DAY);
    const [told, ...more] = await tell();
    expect([told?.role, more]).toEqual(['data-protection-officer', []]);
    expect(told?.body).toContain(`${ref}: to be acknowledged by`);
    expect(await tell()).toHaveLength(1);
    officer = await server.signIn('data-protection-officer', 'Dee Officer');
    expect((await officer.get('/')).body).toContain(ref);
    const leader = await server.signIn('information-security-team-leader', 'Ann Officer');
    expect((await leader.get('/')).body).not.toContain(ref);
    await acknowledge(ref);
    server.clock.pass(8 * DAY);
    officer = await server.signIn('data-protection-officer', 'Dee Officer');
    expect((await officer.get('/data-rights')).body).toContain('Overdue');
    expect((await tell()).at(-1)?.body).toContain(`${ref}: to be answered since`);
  });
});

describe('a message to one person', () => {
  it('goes to the address that the list has now, and to the officer once it has none', async () => {
    const kit = await server.signIn('worker', 'Sam Rivers');
    const ref = await sent({ kind: 'complaint', about: 'nothing', words: 'Again.' }, kit);
    await server.db.updateTable('people').set({ email: null }).where('account', '=', 'sam.rivers').execute();
    await acknowledge(ref);
    const of = async (title: string) => (await noticesOf(ref)).find((notice) => notice.title === `${ref} ${title}`);
    expect(await of('has been received')).toMatchObject({ person: 'sam.rivers', address: 'sam@council.test' });
    const later = await of('has been acknowledged');
    expect([later?.person, later?.address === 'sam@council.test']).toEqual(['sam.rivers', false]);
  });
});
