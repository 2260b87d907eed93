import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleServer, startConsoleServer } from '../../packages/server/test/support/console-server.ts';
import { seedCouncil } from '../../packages/server/test/support/council.ts';
import { seedTrends } from '../../packages/server/test/support/seed-trends.ts';
import { inventedConnectors, seedWithdrawals } from '../../packages/server/test/support/seed-withdrawals.ts';
import { putQuietPolicy, quietPolicy, seedQuietFleet } from '../../packages/server/test/support/quiet.ts';
import { freePort } from '../support/processes.ts';
import {
  chaptersOf,
  openPage,
  type Pictures,
  picturesOf,
  startChromium,
  VIEWS,
  whyNoChromium,
} from './fixtures/browser.ts';

const missing = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

const PAGES = [
  ['overview', '/'],
  ['trends', '/trends'],
  ['trends-of-a-rule', '/trends?rule=security-updates'],
  ['queue-of-the-officer', '/breaches'],
  ['queue-of-ict', '/breaches?queue=ict'],
  ['queue-ended', '/breaches?queue=ended'],
  ['queue-mine-empty', '/breaches?queue=mine'],
  ['queue-confirmed', '/breaches?queue=confirmed&order=severity'],
  ['queue-filtered-empty', '/breaches?severity=low&device=NONE'],
  ['report-something', '/report'],
  ['report-broken', '/report/broken'],
  ['breach', '/breaches/BR-2026-000041'],
  ['breach-triage', '/breaches/BR-2026-000041/triage'],
  ['breach-contain', '/breaches/BR-2026-000041/contain'],
  ['breach-refer', '/breaches/BR-2026-000041/refer'],
  ['breach-assign', '/breaches/BR-2026-000041/assign'],
  ['breach-regulator', '/breaches/BR-2026-000041/decide/regulator'],
  ['breach-individuals', '/breaches/BR-2026-000041/decide/individuals'],
  ['breach-action', '/breaches/BR-2026-000041/actions/new'],
  ['breach-close', '/breaches/BR-2026-000041/close'],
  ['breach-of-ict', '/breaches/BR-2026-000042'],
  ['breach-report', '/breaches/BR-2026-000041/report'],
  ['breach-report-alone', '/api/v1/breaches/BR-2026-000041/report?format=html'],
  ['breach-article-33', '/breaches/BR-2026-000041/article-33?version=editing'],
  ['devices', '/devices'],
  ['authorisations', '/authorisations'],
  ['authorisations-all', '/authorisations?show=all'],
  ['authorisations-filtered-empty', '/authorisations?kind=overseas'],
  ['authorisations-paper', '/authorisations?show=paper'],
  ['authorisations-import', '/import/authorisations'],
  ['authorisation-new', '/authorisations/new'],
  ['authorisation', '/authorisations/AU-2026-000001'],
  ['authorisation-waiting', '/authorisations/AU-2026-000002'],
  ['authorisation-over', '/authorisations/AU-2026-000003'],
  ['incidents', '/incidents'],
  ['messages', '/messages'],
  ['incident', '/incidents/IN-2026-000001'],
  ['device', '/devices/DBC-04127'],
  ['device-that-said-nothing', '/devices/DBC-04190'],
  ['device-in-store', '/devices/DBC-04205'],
  ['devices-not-seen', '/devices/not-seen'],
  ['mismatches', '/devices/mismatches'],
  ['people', '/people'],
  ['people-none-fit', '/people?q=nobody'],
  ['groups', '/groups'],
  ['sticks', '/registers/sticks'],
  ['person', '/people/sam.rivers'],
  ['person-change', '/people/sam.rivers/change'],
  ['person-erase', '/people/sam.rivers/erase'],
  ['withdrawals', '/withdrawals'],
  ['withdrawals-in-force', '/withdrawals/in-force'],
  ['withdrawal-running', '/withdrawals/WD-2026-000001'],
  ['withdrawal-dry-run', '/withdrawals/WD-2026-000002'],
  ['withdrawal-waiting', '/withdrawals/WD-2026-000003'],
  ['exhibits', '/exhibits'],
  ['exhibit', '/exhibits/EX-2026-000001'],
  ['exhibit-new', '/exhibits/new?breach=BR-2026-000001'],
  ['exhibit-release', '/exhibits/EX-2026-000001/release'],
  ['legal-holds', '/legal-holds'],
  ['legal-hold-new', '/legal-holds/new'],
  ['legal-hold-end', '/legal-holds/LH-2026-000001/end'],
  ['person-add', '/add/person'],
  ['person-gone', '/people/sam.rivers/gone'],
  ['group', '/groups/Housing'],
  ['group-add', '/add/group'],
  ['group-remove', '/groups/Housing/remove'],
  ['roles', '/roles'],
  ['role', '/roles/information-security-team-leader'],
  ['role-nobody', '/roles/auditor'],
  ['role-give', '/roles/siro/give'],
  ['stick', '/registers/sticks/IK-D300-55120'],
  ['stick-add', '/add/stick'],
  ['stick-change', '/registers/sticks/IK-D300-55120/change'],
  ['stick-retire', '/registers/sticks/IK-D300-55120/retire'],
  ['printers', '/registers/printers'],
  ['classify', '/registers/printers/classify?printer=ipp%3A%2F%2Fcanon.local%2Fipp'],
  ['import-people', '/import/people'],
  ['import-printers', '/import/printers'],
  ['policies', '/policies'],
  ['policy', '/policies/2026.1'],
  ['policy-upload', '/policies/preview'],
  ['baseline', '/policies/baseline'],
  ['search', '/search?q=dbc-042'],
  ['search-nothing', '/search?q=zzz'],
  ['search-empty', '/search'],
  ['set-up', '/set-up'],
  ['set-up-records', '/set-up/records'],
  ['settings', '/settings'],
  ['settings-test-message', '/settings/test-message'],
  ['accessibility', '/accessibility'],
  ['not-found', '/breaches/BR-1999-000001'],
] as const;

describe.skipIf(missing !== '')(`the console in Chromium${missing}`, () => {
  let server: ConsoleServer;
  let browser: Browser;
  let origin: string;
  /** Of a preview that is done, and of one that is under way. */
  let previews: readonly (readonly [name: string, path: string])[];
  /** Of entries that are known by ids. */
  let entries: readonly (readonly [name: string, path: string])[];
  let pictures: Pictures;

  beforeAll(async () => {
    // The address that the server believes in must be the one that it listens at, or its forms are refused.
    const port = await freePort();
    // The real date: a browser throws away a cookie that has run out by its own clock.
    server = await startConsoleServer({
      port,
      start: new Date().toISOString(),
      notice: 'Invented data: no real council, device or person',
      connectors: inventedConnectors(),
    });
    await seedCouncil(server.db, server.clock.now());
    await seedTrends(server.db, server.clock.now());
    const hold = { kind: 'device', target: 'DBC-04127', reason: 'A claim was made about the stick of 4 June.' };
    await server.as('data-protection-officer', { method: 'POST', url: '/api/v1/legal-holds', payload: hold });
    await seedWithdrawals(server);
    await server.as('information-security-team-leader', {
      method: 'POST',
      url: '/api/v1/policies',
      headers: { 'content-type': 'application/yaml' },
      payload: readFileSync(join(import.meta.dirname, '../../policies/dacorum.yaml'), 'utf8'),
    });
    await putQuietPolicy(server.db, server.clock.now() + 1, { version: '2026.3' });
    await seedQuietFleet(server.db, server.clock.now());
    previews = await seedPreviews();
    entries = await seedEntries();
    origin = await server.app.listen({ host: '127.0.0.1', port });
    browser = await startChromium();
    pictures = picturesOf('the console');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function seedPreviews() {
    const preview = async (version: string) => {
      const answer = await server.as('administrator', {
        method: 'POST',
        url: '/api/v1/policies/preview',
        headers: { 'content-type': 'application/yaml' },
        payload: quietPolicy({ version, mode: 'report' }),
      });
      return `/policies/previews/${answer.json().id}`;
    };
    const [done, running] = [await preview('2026.2'), await preview('2026.3')];
    await server.db
      .updateTable('policy_previews')
      .set({ status: 'running', seen: 50 })
      .where('version', '=', '2026.3')
      .execute();
    return [
      ['policy-preview', done],
      ['policy-preview-devices', `${done}/devices?rule=laptop-encryption`],
      ['policy-preview-running', running],
    ] as const;
  }

  /** Who has the officer's role today and later, and a printer. */
  async function seedEntries() {
    const role = 'information-security-team-leader';
    const give = async (account: string, standing: string, days: object = {}) =>
      (
        await server.as(role, { method: 'POST', url: '/api/v1/roles', payload: { role, account, standing, ...days } })
      ).json<{ id: string }>();
    await give('bo.deputy', 'holder', { from: '2026-01-01' });
    await give('ann.officer', 'deputy');
    const later = await give('kit.marsh', 'deputy', { from: '2099-01-01', until: '2099-12-31' });
    const name = { name: 'Ann Mary Officer' };
    await server.as(role, { method: 'PATCH', url: '/api/v1/people/ann.officer', payload: name });
    const { id } = await server.db
      .selectFrom('printers')
      .select('id')
      .where('class', '=', 'permitted')
      .executeTakeFirstOrThrow();
    const [holder, printer] = [`/roles/${role}/holders/${later.id}`, `/registers/printers/${id}`];
    return [
      ['role-days', holder],
      ['role-take-back', `${holder}/take-back`],
      ['person-changed-by-hand', '/people/ann.officer'],
      ['printer', printer],
      ['printer-change', `${printer}/change`],
      ['printer-withdraw', `${printer}/withdraw`],
    ] as const;
  }

  const open = (...given: [(typeof VIEWS)[number], { javaScriptEnabled?: boolean }?]) => openPage(browser, ...given);

  const signIn = async (page: Page) =>
    page.goto(`${origin}/sign-in/${await server.code('information-security-team-leader', 'Ann Officer')}`);

  it.each(VIEWS)('has no fault that axe can find at $width px, $colorScheme', async (view) => {
    const { context, page, complaints } = await open(view);
    await page.goto(`${origin}/sign-in`);
    await pictures.look(page, 'sign-in', view);
    await signIn(page);
    expect(new URL(page.url()).pathname).toBe('/');
    for (const [name, path] of [...PAGES, ...previews, ...entries]) {
      await page.goto(`${origin}${path}`);
      await pictures.look(page, name, view);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('is told of nothing that its own policy refuses', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await signIn(page);
    for (const [, path] of PAGES.slice(0, -1)) await page.goto(`${origin}${path}`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('prints how each clause is kept, without what only a screen is for', async () => {
    const { context, page } = await open(VIEWS[0]);
    await signIn(page);
    await page.goto(`${origin}/policies/2026.1`);
    await page.emulateMedia({ media: 'print' });
    const hidden = ['.govuk-service-navigation', '.govuk-breadcrumbs', '.app-footer', '.app-no-print'];
    const shown = await Promise.all(hidden.map((part) => page.locator(part).first().isVisible()));
    expect(shown).toEqual(hidden.map(() => false));
    expect(await page.locator('.app-print-marking').isVisible()).toBe(true);
    expect(await page.getByText('Clause 5.23').isVisible()).toBe(true);
    await page.pdf({ path: join(pictures.folder, 'policy.pdf'), format: 'A4' });
    await context.close();
  });

  it('does everything without JavaScript', async () => {
    const { context, page } = await open(VIEWS[0], { javaScriptEnabled: false });
    await signIn(page);
    await page.getByRole('link', { name: 'Breaches', exact: true }).click();
    await page.getByRole('link', { name: 'BR-2026-000041' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('recorded under your name');
    await page.getByRole('link', { name: 'Close this breach' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await page.getByRole('heading', { name: 'There is a problem' }).isVisible()).toBe(true);
    await page.screenshot({ path: join(pictures.folder, 'breach-close-without-reason.png'), fullPage: true });
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await context.close();
  });

  it.each(VIEWS)('tells the story of a lost laptop at $width px, $colorScheme', async (view) => {
    const { context, page, complaints } = await open(view);
    const look = chaptersOf(pictures, page, view, 'lost');
    const as = async (role: Parameters<ConsoleServer['code']>[0], name: string, path: string) => {
      await context.clearCookies();
      await page.goto(`${origin}/sign-in/${await server.code(role, name)}`);
      if (path !== '') await page.goto(`${origin}${path}`);
    };
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const done = async (words: string) => expect(await page.getByRole('alert').textContent()).toContain(words);

    await as('worker', 'Sam Rivers', '');
    expect(new URL(page.url()).pathname).toBe('/my-device');
    await look('my-device');
    await page.getByRole('link', { name: /^Report something lost/ }).click();
    await press('Send the report');
    await look('report-without-what-happened');
    expect(await page.title()).toMatch(/^Error: /);
    await page.getByLabel('What happened').fill('I left my laptop on the train to Tring. It was in a black bag.');
    await page.getByLabel('Something was stolen').check();
    expect(await page.getByLabel('Crime reference (optional)').isVisible()).toBe(true);
    await page.getByLabel('Asset tag of the council’s device (optional)').fill('DBC-04127');
    await look('report-filled-in');
    await press('Send the report');
    const ref = /BR-\d{4}-\d+/.exec((await page.getByText('Your reference').textContent()) ?? '')?.[0] ?? '';
    expect(ref).not.toBe('');
    await look('report-sent');
    const desk = `/breaches/${ref}`;

    await as('information-security-team-leader', 'Ann Officer', desk);
    await look('reported');
    await press('Acknowledge');
    await done('recorded under your name');
    await page.getByRole('button', { name: 'Do this now' }).click();
    await page.getByLabel('It is a breach', { exact: true }).check();
    await page.getByLabel('Why').fill('It is not in lost property.');
    await look('triage');
    await press('Record this decision');
    await look('confirmed');

    await as('ict-operator', 'Ian Technician', desk);
    await page.getByRole('button', { name: 'Do this now' }).click();
    await page.getByLabel('What was done, and by whom').fill('Remote access was withdrawn at 9:52pm.');
    await look('contain');
    await press('Record this');
    await done('contain');

    await as('information-security-team-leader', 'Ann Officer', `${desk}/assess`);
    await press('Record this assessment');
    await look('assess-with-errors');
    for (const box of await page.locator('textarea').all()) await box.fill('Not known');
    const answer = (legend: string, text: string) =>
      page.getByRole('group', { name: legend }).getByLabel(text, { exact: true }).check();
    await answer('Is information about living people involved?', 'Yes');
    await answer('Is a risk to them likely?', 'No');
    await answer('Is that risk high?', 'No');
    await answer('How serious it is for the council', 'Medium');
    await look('assess');
    await press('Record this assessment');
    await done('Your assessment is recorded');

    await page.goto(`${origin}${desk}/decide/regulator`);
    await page.getByLabel('Do not tell the regulator').check();
    await page.getByLabel('Reasons').fill('The disk was encrypted and the laptop was off.');
    await look('regulator');
    await press('Record this decision');
    await done('with your reasons');

    await page.goto(`${origin}${desk}/actions/new`);
    await page.getByLabel('What is to be done').fill('Ask the railway company');
    await page.getByLabel('Who does it').fill('Ian Technician');
    for (const [part, text] of [
      ['Day', '24'],
      ['Month', '12'],
      ['Year', '2099'],
    ] as const)
      await page.getByLabel(part).fill(text);
    await press('Add the action');
    await look('with-an-action');
    await page.getByRole('link', { name: 'End this action' }).click();
    await page.getByLabel('It is done').check();
    await press('Go on');
    await look('end-action');
    await press('End the action');

    await page.goto(`${origin}${desk}/close`);
    await page.getByLabel('Why you are closing this breach').fill('Nothing is left to do.');
    await page.getByLabel('What is learnt from it (optional)').fill('Bags stay on laps.');
    await press('Go on');
    await look('close-confirm');
    await press('Close this breach');
    await done('You have closed this breach');
    await look('closed');

    await page.goto(`${origin}/breaches`);
    for (const box of (await page.getByRole('checkbox').all()).slice(0, 1)) await box.check({ force: true });
    await page.getByLabel('With the selected breaches').selectOption('Decide: not a breach');
    await press('Go on');
    await look('several');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('sets a device aside without JavaScript, and says what is wrong with a day', async () => {
    const { context, page } = await open(VIEWS[1], { javaScriptEnabled: false });
    await page.goto(`${origin}/sign-in/${await server.code('ict-administrator', 'Ian Technician')}`);
    await page.goto(`${origin}/devices/DBC-04201`);
    await page.getByLabel('State', { exact: true }).selectOption('quiet');
    await page.getByRole('button', { name: 'Change state' }).click();
    expect(await page.getByRole('heading', { name: 'There is a problem' }).isVisible()).toBe(true);
    await page.screenshot({ path: join(pictures.folder, 'device-state-error-320.png'), fullPage: true });
    await page.getByLabel('State', { exact: true }).selectOption('in-repair');
    await page.getByLabel('Why (optional)').fill('A broken screen');
    await page.getByRole('button', { name: 'Change state' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('has been changed');
    await page.goto(`${origin}/devices/not-seen`);
    expect(await page.getByRole('row', { name: /DBC-04201/ }).textContent()).toContain('In repair');
    await context.close();
  });

  it('imports a list without JavaScript, once it has shown what that would do', async () => {
    const { context, page } = await open(VIEWS[0], { javaScriptEnabled: false });
    await signIn(page);
    const list = (text: string) => ({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    const send = async (text: string) => {
      await page.goto(`${origin}/import/people`);
      await page.getByLabel('File', { exact: true }).setInputFiles(list(text));
      await page.getByRole('button', { name: 'See what it would do' }).click();
    };
    await send('account,name,population\nx,X,boss\n');
    await page.screenshot({ path: join(pictures.folder, 'import-with-errors.png'), fullPage: true });
    await send('account,name,population\nnew.person,New Person,employee\n');
    await page.screenshot({ path: join(pictures.folder, 'import-dry-run.png'), fullPage: true });
    await page.getByRole('button', { name: 'Import the file' }).click();
    await page.screenshot({ path: join(pictures.folder, 'import-done.png'), fullPage: true });
    await page.getByRole('link', { name: 'See the list' }).click();
    expect(await page.getByRole('row', { name: 'New Person' }).isVisible()).toBe(true);
    await context.close();
  });

  it.each(VIEWS)('says what is wrong with an entry at $width px, $colorScheme, and axe finds nothing', async (view) => {
    const { context, page } = await open(view);
    await page.goto(`${origin}/sign-in/${await server.code('ict-administrator', 'Ian Technician')}`);
    const look = async (name: string) => {
      expect(await page.title()).toMatch(/^Error: /);
      await pictures.look(page, name, view);
    };
    await page.goto(`${origin}/add/person`);
    await page.getByLabel('Account').fill('two words');
    await page.getByRole('group', { name: 'First day (optional)' }).getByLabel('Day').fill('31');
    await page.getByRole('button', { name: 'Add the person' }).click();
    await look('person-add-errors');
    await page.goto(`${origin}/devices/DBC-04127/holder`);
    await pictures.look(page, 'device-holder', view);
    await page.getByLabel('Held by').fill('Somebody whom nobody knows');
    await page.getByRole('button', { name: 'Save the holder' }).click();
    await look('device-holder-errors');
    await page.goto(`${origin}/groups/Housing`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await look('group-error');
    await context.close();
  });

  it.each(VIEWS)(
    'withdraws access once it has shown what that changes, and gives it back at $width px, $colorScheme',
    async (view) => {
      const { context, page } = await open(view);
      const look = (name: string) => pictures.look(page, `withdrawing-${name}`, view);
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
      const runJobs = async () => {
        await server.app.jobs.runDue();
        await page.reload();
      };
      const sayDone = async (words: string) => {
        await page.getByText('Somebody has done this by hand').first().click();
        await page.getByLabel('What was done?').first().fill(words);
        await press('Say that it is done');
        await runJobs();
      };
      await page.goto(`${origin}/sign-in/${await server.code('ict-administrator', 'Ian Technician')}`);
      await page.goto(`${origin}/withdrawals/new?subject=ann.officer`);
      await press('See what would change');
      await look('errors');
      await page.getByLabel('Business systems').check();
      await page.getByLabel('Why?').fill('A phone that may be somebody else’s.');
      await press('See what would change');
      await look('sure');
      await press('Yes, withdraw this access');
      await runJobs();
      await look('needs-person');
      await sayDone('Closed in the housing system.');
      await look('done-by-hand');
      await page.getByLabel('Why?').fill('It was hers.');
      await press('Give all of it back');
      expect(await page.getByText('Being given back').first().isVisible()).toBe(true);
      await runJobs();
      await sayDone('Opened in the housing system.');
      await look('given-back');
      expect(await page.getByText('Given back').first().isVisible()).toBe(true);
      await context.close();
    },
  );

  it.each(VIEWS)('takes a fault from its form to its end at $width px, $colorScheme', async (view) => {
    const { context, page } = await open(view);
    const look = (name: string) => pictures.look(page, `helpdesk-${name}`, view);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await page.goto(`${origin}/sign-in/${await server.code('worker', 'Sam Rivers')}`);
    await page.getByRole('link', { name: 'Tell the helpdesk that something is broken or damaged' }).click();
    await press('Tell the helpdesk');
    await look('report-errors');
    await page.getByLabel('Something is damaged, for example dropped or wet').check();
    await page.getByLabel('What is wrong').fill('Coffee on the keyboard.\nThe key Q sticks.');
    await page.getByLabel('Asset tag of the council’s device (optional)').fill('DBC-04127');
    await press('Tell the helpdesk');
    await look('sent');
    const ref = /HD-\d{4}-\d+/.exec(page.url())?.[0] ?? '';

    await context.clearCookies();
    await page.goto(`${origin}/sign-in/${await server.code('ict-operator', 'Ian Technician')}`);
    await page.goto(`${origin}/helpdesk`);
    await look('list');
    await page.getByRole('link', { name: ref }).click();
    await press('Close this record');
    await look('close-error');
    await page.getByLabel('What was done, or why nothing is').fill('A new keyboard.');
    await press('Close this record');
    await look('closed');
    expect(await page.getByText('A new keyboard.').isVisible()).toBe(true);
    await page.goto(`${origin}/helpdesk`);
    await look('nothing-open');
    await context.close();
  });

  it('changes a person without JavaScript, from the list to the page and back', async () => {
    const { context, page } = await open(VIEWS[1], { javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${origin}/people`);
    await page.getByRole('link', { name: 'Kit Marsh' }).click();
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Name').fill('Kit Marsh-Field');
    await page.getByRole('button', { name: 'Save changes' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('have been saved');
    await page.screenshot({ path: join(pictures.folder, 'person-changed-320.png'), fullPage: true });
    await page.getByRole('link', { name: 'Mark as no longer listed' }).click();
    await page.getByRole('button', { name: 'Mark as no longer listed' }).click();
    await page.getByRole('button', { name: 'List this person again' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('listed again');
    await context.close();
  });

  it('leads from a policy file to what it would change and into force, without JavaScript', async () => {
    const { context, page } = await open(VIEWS[0], { javaScriptEnabled: false });
    await signIn(page);
    await page.getByRole('link', { name: 'Policies', exact: true }).click();
    await page.getByRole('button', { name: 'Preview a policy' }).click();
    const send = async (text: string) => {
      const buffer = Buffer.from(text);
      await page.getByLabel('Policy file').setInputFiles({ name: 'policy.yaml', mimeType: 'application/yaml', buffer });
      await page.getByRole('button', { name: 'Show what would change' }).click();
    };
    await send('beadlePolicy: 2');
    expect(await page.getByRole('heading', { name: 'There is a problem' }).isVisible()).toBe(true);
    await page.screenshot({ path: join(pictures.folder, 'policy-upload-refused.png'), fullPage: true });
    await send(quietPolicy({ version: '2026.4', mode: 'report' }));
    await page.getByRole('button', { name: 'Put version 2026.4 in force' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('The policy is signed');
    await page.screenshot({ path: join(pictures.folder, 'policies-in-force.png'), fullPage: true });
    await context.close();
  });

  it('says what to do about a sign-in address that has been used', async () => {
    const { context, page } = await open(VIEWS[1]);
    const address = `${origin}/sign-in/${await server.code('auditor')}`;
    await page.goto(address);
    await context.clearCookies();
    await page.goto(address);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('no longer works');
    await pictures.look(page, 'code-used', VIEWS[1]);
    await context.close();
  });

  it('has a way past the navigation for the keyboard', async () => {
    const { context, page } = await open(VIEWS[0]);
    await signIn(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Skip to main content');
    await context.close();
  });
});
