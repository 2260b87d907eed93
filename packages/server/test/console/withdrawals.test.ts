import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { seedRegisters } from '../support/seed-registers.ts';
import { createDirectory, type Directory } from '../withdrawals/directory.ts';

let server: ConsoleServer;
let directory: Directory;
let [ict, siro]: Browser[] = [];

beforeAll(async () => {
  directory = createDirectory('active-directory');
  const mail = createDirectory('mail', ['email-and-internet']);
  server = await startConsoleServer({ connectors: [directory.connector, { ...mail.connector, enabled: false }] });
  await seedRegisters(server.db, server.clock.now());
  for (const account of ['sam.rivers', 'lee.field']) {
    directory.access.set(`${account} network`, true);
    directory.access.set(`${account} remote-access`, true);
    mail.access.set(`${account} email-and-internet`, true);
  }
  ict = await server.signIn('ict-administrator', 'Ian Technician');
  siro = await server.signIn('siro', 'Una Riskowner');
});
afterAll(() => server.close());

const FORM = '/withdrawals/new';
const filled = {
  subjects: 'sam.rivers',
  facilities: 'network',
  mode: 'temporary',
  'until-day': '12',
  'until-month': '6',
  'until-year': '2026',
  'until-time': '5pm',
  reason: 'A lost laptop.',
};
const send = (fields: Record<string, string>, by = ict) => by?.post(FORM, { ...filled, ...fields }, FORM);
const body = async (url: string, by = ict) => (await by?.get(url))?.body ?? '';
const order = async (fields: Record<string, string> = {}) => {
  const answer = await send({ ...fields, step: 'confirmed' });
  await server.app.jobs.runDue();
  return String(answer?.headers.location).replace('/withdrawals/', '');
};

describe('the form', () => {
  it('begins with an end five working days from now', async () => {
    const page = await body(`${FORM}?subject=sam.rivers&breach=BR-2026-000001`);
    for (const part of ['value="11"', 'value="2026"', 'sam.rivers', 'BR-2026-000001']) expect(page).toContain(part);
  });

  it('says in words what is missing or wrong', async () => {
    const answer = await send({ subjects: ' ', facilities: 'nothing', 'until-day': '40', reason: '' });
    expect(answer?.statusCode).toBe(400);
    for (const text of [
      'Enter whose access is to be withdrawn',
      'Select what is to be withdrawn',
      'Enter the day on which it is given back',
      'Enter why, in 2000 characters or fewer',
    ])
      expect(answer?.body).toContain(text);
    expect((await send({ subjects: 'no.body' }))?.body).toContain(
      'Nobody in the list of people has the account no.body.',
    );
  });

  it('shows what would change, and asks, before anything does', async () => {
    const answer = await send({});
    expect(answer?.body).toContain('Are you sure you want to withdraw this access?');
    expect(answer?.body).toContain('Take sam.rivers network');
    expect(answer?.body).toContain('12 June 2026 at 5:00pm');
    expect(directory.changes).toEqual([]);
    expect((await send({ step: 'change' }))?.body).toContain('See what would change');
  });
});

describe('a withdrawal', () => {
  it('shows each step with what shows it, and is given back', async () => {
    const ref = await order();
    const page = await body(`/withdrawals/${ref}`);
    for (const text of ['Withdrawn, shown', 'dc1: disabled', 'Give all of it back']) expect(page).toContain(text);
    expect(await body('/withdrawals/in-force')).toContain('Sam Rivers');
    const path = `/withdrawals/${ref}/restoration`;
    const nothing = await ict?.post(path, { reason: ' ' }, `/withdrawals/${ref}`);
    expect([nothing?.statusCode, nothing?.body.includes('Enter why')]).toEqual([400, true]);
    expect((await ict?.post(path, { reason: 'Found.' }, `/withdrawals/${ref}`))?.statusCode).toBe(303);
    await server.app.jobs.runDue();
    expect(await body(`/withdrawals/${ref}`)).toContain('Given back');
    expect(await body('/withdrawals/in-force')).toContain('Nobody has anything withdrawn.');
    expect((await ict?.post(path, { reason: 'Again.' }, `/withdrawals/${ref}`))?.body).toContain('is not in force');
  });

  it('is seen by whose access it is, in their own words, without why and by whom', async () => {
    const ref = await order({ facilities: 'remote-access' });
    const sam = await server.signIn('worker', 'Sam Rivers');
    const page = await body('/my-device', sam);
    expect(page).toContain('What is withdrawn from you at the moment');
    expect(page).toMatch(/Remote access, until 12 June 2026 at 5:00pm/);
    expect(page).not.toMatch(/Ian Technician|A lost laptop|WD-2026/);
    const kit = await server.signIn('worker', 'Kit Marsh');
    expect(await body('/my-device', kit)).not.toContain('What is withdrawn from you');
    await ict?.post(`/withdrawals/${ref}/restoration`, { reason: 'Found.' }, `/withdrawals/${ref}`);
    await server.app.jobs.runDue();
    expect(await body('/my-device', sam)).not.toContain('What is withdrawn from you');
  });

  it('that was a dry run says so in its title', async () => {
    const ref = await order({ facilities: 'email-and-internet' });
    const page = await body(`/withdrawals/${ref}`);
    expect(page).toMatch(/<title[^>]*>\s*Nothing has been withdrawn/);
    expect(page).toContain('Not carried out');
  });

  it('waits for a second person, who is somebody else', async () => {
    const ref = await order({ mode: 'permanent' });
    expect(await body(`/withdrawals/${ref}`)).toContain('A second person has to decide');
    expect(await body(`/withdrawals/${ref}`)).not.toContain('Approve: withdraw this access');
    expect(await body(`/withdrawals/${ref}`, siro)).toContain('Approve: withdraw this access');
    const approval = `/withdrawals/${ref}/approval`;
    expect((await siro?.post(approval, { reason: 'Yes.' }, `/withdrawals/${ref}`))?.statusCode).toBe(303);
    await server.app.jobs.runDue();
    expect(await body(`/withdrawals/${ref}`)).toContain('Withdrawn, shown');
  });

  it('that needs a person is said to be done by hand, with what was done', async () => {
    const ref = await order({ facilities: 'business-systems' });
    const page = await body(`/withdrawals/${ref}`);
    expect(page).toContain('Somebody has done this by hand');
    const path = /action="([^"]+\/by-hand)"/.exec(page)?.[1] ?? '';
    await ict?.post(path, { reason: 'Locked <b>there</b>' }, `/withdrawals/${ref}`);
    await server.app.jobs.runDue();
    const after = await body(`/withdrawals/${ref}`);
    expect(after).toContain('Locked &lt;b&gt;there&lt;/b&gt;');
    expect(after).toContain('Told, not shown yet');
  });

  it('is loaded again by itself only where somebody asks for it, and while it moves', async () => {
    directory.fault = () => {
      throw new Error('down');
    };
    const ref = await order({ subjects: 'lee.field' });
    directory.fault = () => undefined;
    expect((await ict?.get(`/withdrawals/${ref}`))?.headers['refresh']).toBeUndefined();
    expect((await ict?.get(`/withdrawals/${ref}?watch=yes`))?.headers['refresh']).toBe('3');
    server.clock.pass(60_000);
    await server.app.jobs.runDue();
    expect((await ict?.get(`/withdrawals/${ref}?watch=yes`))?.headers['refresh']).toBeUndefined();
  });

  it('is listed by what has ended', async () => {
    expect(await body('/withdrawals')).toContain('WD-2026-000003');
    expect(await body('/withdrawals?show=ended')).toContain('WD-2026-000001');
    expect(await body('/withdrawals?show=ended')).not.toContain('WD-2026-000003');
  });
});
