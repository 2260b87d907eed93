import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../support/console-server.ts';
import { seedDevice } from '../support/seed.ts';
import { type Desk, openDesk } from './desk.ts';

let desk: Desk;
let sam: Browser;
let officer: Browser;
beforeAll(async () => {
  desk = await openDesk();
  await seedDevice(desk.db, { id: 'sam', asset_tag: 'DBC-1', holder: 'Sam Rivers', population: 'employee' });
  sam = await desk.server.signIn('worker', 'Sam Rivers');
  officer = await desk.server.signIn('information-security-team-leader', 'Ann Officer');
});
afterAll(() => desk.close());

const form = (given: Record<string, string> = {}) => ({
  kind: 'emergency-plan-stick',
  for: 'me',
  purpose: 'To carry the Emergency Plan.',
  risks: 'A stick can be lost.',
  accepted: 'yes',
  sticks: '0781AABB1204',
  encrypted: 'yes',
  'to-day': '24',
  'to-month': '6',
  'to-year': '2026',
  ...given,
});
const NEW = '/authorisations/new';

async function asked(given: Record<string, string> = {}): Promise<string> {
  const { statusCode, headers } = await sam.post(NEW, form(given), NEW);
  expect(statusCode).toBe(303);
  return String(headers.location).split('?')[0] ?? '';
}

describe('the request form', () => {
  it('begins without an error on any field', async () => {
    for (const at of [NEW, '/incidents']) expect((await officer.get(at)).body).not.toContain('govuk-error-message');
  });

  it('makes a request whose last day counts to its end, on the council’s clock', async () => {
    const page = await sam.get(await asked());
    expect(page.body).toContain('25 June 2026 at midnight');
    expect(page.body).toContain('By Sam Rivers on 4 June 2026');
    expect(page.body).toContain('Withdraw my request');
    expect(page.body).not.toContain('Approve until');
  });

  it('sent twice makes one', async () => {
    expect(await asked({ key: 'abc' })).toBe(await asked({ key: 'abc' }));
  });

  it.each([
    [{ kind: '' }, 'Choose what you need', 'kind'],
    [{ 'to-day': '', 'to-month': '', 'to-year': '' }, 'Enter the last day', 'to-day'],
    [{ 'to-month': '13' }, 'Enter the last day', 'to-day'],
    [{ risks: ' ' }, 'Enter the risks', 'risks'],
    [{ for: 'device' }, 'Enter whom or what it is for', 'subject'],
    [{ 'to-year': '2029' }, 'It may last 1 year at the most', 'kind'],
    [{ for: 'device', subject: 'NONE' }, 'There is no device NONE', 'kind'],
  ])('%j says what to do, keeps what was entered, and leads to the field', async (given, words, field) => {
    const { statusCode, body } = await sam.post(NEW, form(given), NEW);
    expect(statusCode).toBe(400);
    expect(body).toContain('There is a problem');
    expect(body).toContain(words);
    expect(body).toContain(`href="#${field}"`);
    expect(body).toContain(`id="${field}"`);
    expect(body).toContain('0781AABB1204');
    expect(body).not.toMatch(/P1Y|T00:00/);
  });
});

describe('the page of one authorisation', () => {
  it('lets the officer approve it, once', async () => {
    const at = await asked();
    expect((await officer.get(at)).body).toContain('Approve until 25 June 2026');
    const yes = await officer.post(`${at}/approve`, { version: '1', conditions: 'Hand it back.\nTell ICT.' }, at);
    expect(yes.headers.location).toBe(`${at}?done=approve`);
    const { body } = await officer.get(`${at}?done=approve`);
    expect(body).toContain('You have approved this');
    expect(body).toContain('<li>Tell ICT.</li>');
    expect(body).toContain('Information Security Team Leader');
    const again = await (await desk.server.signIn('siro', 'Una Risk')).post(`${at}/approve`, { version: '1' }, at);
    expect([again.statusCode, again.body.includes('is approved already, by Ann Officer')]).toEqual([400, true]);
  });

  it('does not act on what has changed since the page was read', async () => {
    const at = await asked({ accepted: '' });
    expect((await officer.get(at)).body).toContain('This cannot be approved yet');
    await sam.post(`${at}/accept`, { version: '1' }, at);
    const old = await officer.post(`${at}/approve`, { version: '1' }, at);
    expect(old.body).toContain('has changed since you read it');
  });

  it('asks for a reason where it refuses or ends', async () => {
    const at = await asked();
    expect((await officer.post(`${at}/refuse`, { version: '1', reason: ' ' }, at)).body).toContain(
      'Enter why you are refusing this',
    );
    await officer.post(`${at}/refuse`, { version: '1', reason: 'Ask ICT for a folder.' }, at);
    const { body } = await sam.get(at);
    expect(body).toContain('Ask ICT for a folder.');
    expect(body).toContain('Nothing: it is over');
  });

  it('is not shown to another worker', async () => {
    const kit = await desk.server.signIn('worker', 'Kit Marsh');
    expect((await kit.get(await asked())).statusCode).toBe(404);
    expect((await kit.get('/authorisations')).body).toContain('Nothing waits for a decision');
  });

  it('shows nothing that was typed as markup', async () => {
    const { body } = await officer.get(await asked({ purpose: '<script>alert(1)</script>' }));
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toContain('<script>alert(1)');
  });
});

describe('lists and other pages', () => {
  it('show what waits, and what a device is authorised to do', async () => {
    const at = await asked();
    const ref = at.split('/').at(-1) ?? '';
    expect((await officer.get('/authorisations')).body).toContain(ref);
    await officer.post(`${at}/approve`, { version: '1' }, at);
    expect((await officer.get('/authorisations?show=approved&device=DBC-1')).body).toContain(ref);
    expect((await officer.get('/devices/DBC-1')).body).toContain(ref);
  });

  it('let an assistant director declare an incident and end it', async () => {
    const director = await desk.server.signIn('assistant-director', 'Ada Director');
    expect((await director.post('/incidents', { title: '', description: '' }, '/incidents')).body).toContain(
      'Enter what has happened',
    );
    const made = await director.post('/incidents', { title: 'Flood', description: 'Closed.' }, '/incidents');
    const at = String(made.headers.location);
    expect((await director.get(at)).body).toContain('End this incident');
    expect((await officer.get('/incidents')).body).toContain('Goes on');
    expect((await sam.get(at)).body).not.toContain('End this incident');
    await director.post(`${at}/end`, { reason: 'Open again.' }, at);
    expect((await director.get(at)).body).toContain('Open again.');
  });

  it('lead each role only to what it may open', async () => {
    const { body } = await sam.get('/authorisations');
    expect(body).toContain('href="/incidents"');
    expect(body).not.toContain('href="/breaches"');
    expect((await officer.get('/authorisations')).body).toContain('href="/breaches"');
  });
});
