import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrganisation, ORGANISATION } from '../../src/organisation/store.ts';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedDevice } from '../support/seed.ts';

let server: ConsoleServer;
let administrator: Browser;
beforeAll(async () => {
  server = await startConsoleServer();
  administrator = await server.signIn('administrator', 'Ada Admin');
});
afterAll(() => server.close());

const RECORDS = {
  name: 'Dacorum Borough Council',
  dpiaReference: 'DPIA-2026-014',
  'staffToldOn-day': '1',
  'staffToldOn-month': '11',
  'staffToldOn-year': '2026',
  consultationRecord: 'Joint consultative committee, 14 October 2026, item 5',
  recipient: 'Information Security Team Leader',
  address: 'security@example.gov.uk',
  deputyAddress: '',
  contact: 'the Information Security Team Leader on extension 2200',
};
const send = (change: Partial<typeof RECORDS> = {}) => administrator.post('/set-up/records', { ...RECORDS, ...change });
const finished = async () => /(\d) of 7 are done/.exec((await administrator.get('/set-up')).body)?.[1];
const settings = async () => (await readOrganisation(server.db, ORGANISATION)).settings;

describe('the page on which a council sets Beadle up', () => {
  it('is led to from an overview without devices, by whoever may change settings', async () => {
    expect((await administrator.get('/')).body).toContain('href="/set-up"');
    const officer = await server.signIn('security-analyst');
    expect((await officer.get('/')).body).not.toContain('href="/set-up"');
    expect((await officer.get('/set-up')).statusCode).toBe(403);
  });

  it('leads nobody to what they may not do', async () => {
    const officer = await server.signIn('information-security-team-leader');
    const { body } = await officer.get('/set-up');
    const [main = ''] = /<main[\s\S]*<\/main>/.exec(body) ?? [];
    const links = [...main.matchAll(/href="(\/[^"]+)"/g)].map(([, href = '']) => href);
    expect(links).toContain('/set-up/records');
    for (const href of links) expect([href, (await officer.get(href)).statusCode]).toEqual([href, 200]);
  });

  it('says what is still to be done, and where', async () => {
    expect(await finished()).toBe('0');
    const { body } = await administrator.get('/set-up');
    for (const path of ['/set-up/records', '/settings/test-message', '/policies/preview', '/add/account'])
      expect(body).toContain(`href="${path}"`);
    for (const path of ['/import/devices', '/fleet-keys']) {
      expect(body).toContain(`href="${path}"`);
      expect((await administrator.get(path)).statusCode).toBe(200);
    }
  });

  it('takes the council’s records, leaves all else of the settings, and says so in the audit log', async () => {
    const before = await settings();
    expect((await administrator.get('/set-up/records')).body).not.toContain('@localhost');
    expect((await send()).headers.location).toBe('/set-up?done=records');
    const officer = { name: 'Information Security Team Leader', address: 'security@example.gov.uk' };
    expect(await settings()).toEqual({
      ...before,
      dpiaReference: 'DPIA-2026-014',
      staffToldOn: '2026-11-01',
      consultationRecord: RECORDS.consultationRecord,
      contact: RECORDS.contact,
      recipients: { 'information-security-team-leader': officer },
    });
    const acts = await server.db
      .selectFrom('audit')
      .select('actor')
      .where('action', '=', 'organisation-changed')
      .execute();
    expect(acts).toEqual([{ actor: 'Ada Admin' }]);
    expect(await finished()).toBe('1');
    const { body } = await administrator.get('/set-up/records');
    for (const value of ['DPIA-2026-014', 'security@example.gov.uk', 'value="11"']) expect(body).toContain(value);
  });

  it.each([
    ['no name', { name: ' ' }, 'Enter the name of the council'],
    ['a day that there is not', { 'staffToldOn-day': '31' }, 'When staff were told must be a real date'],
    ['an address with a header in it', { address: 'a@b.uk\r\nBcc: c@d.uk' }, 'Enter an e-mail address'],
    ['no address', { address: '' }, 'Enter an e-mail address'],
    ['a deputy’s that is none', { deputyAddress: 'nobody' }, 'Enter an e-mail address'],
    ['a reference of two lines', { dpiaReference: 'DPIA\n2' }, 'Enter the reference in one line'],
  ])('refuses %s, and keeps what was entered', async (_what, change, words) => {
    const before = await settings();
    const { statusCode, body } = await send({ ...change, contact: 'somebody else' });
    expect([statusCode, body.includes(words), body.includes('value="somebody else"')]).toEqual([400, true, true]);
    expect(await settings()).toEqual(before);
  });

  it('counts what is there: an account, a device that has called', async () => {
    const url = '/api/v1/accounts';
    const payload = {
      name: 'Ann Officer',
      role: 'information-security-team-leader',
      password: 'correct horse battery',
    };
    await server.as('administrator', { method: 'POST', url, payload });
    await seedDevice(server.db, { id: 'one', asset_tag: 'DBC-1' });
    expect(await finished()).toBe('4');
  });
});
