import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleServer, startConsoleServer } from '../../packages/server/test/support/console-server.ts';
import { seedCouncil } from '../../packages/server/test/support/council.ts';
import { grantRole } from '../../packages/server/src/people/spanning/grants.ts';
import { seededRandom } from '../support/clock.ts';
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
const PASSWORD = 'correct horse battery';
const NEW = 'another staple entirely';

const PAGES = [
  ['accounts', '/accounts'],
  ['account', '/accounts/Bo%20Glass'],
  ['account-disabled', '/accounts/Cy%20Former'],
  ['account-add', '/add/account'],
  ['account-disable', '/accounts/Bo%20Glass/disable'],
  ['account-reset', '/accounts/Bo%20Glass/reset-second-factor'],
  ['account-password-code', '/accounts/Bo%20Glass/password-code'],
  ['tokens', '/tokens'],
  ['token-add', '/add/token'],
  ['settings', '/settings'],
  ['set-password-used', `/set-password/${'x'.repeat(22)}`],
] as const;

describe.skipIf(whyNoChromium !== undefined)(`accounts, in a real browser${missing}`, () => {
  let server: ConsoleServer;
  let browser: Browser;
  let origin: string;
  let pictures: Pictures;

  const ask = async (method: 'POST' | 'PATCH', url: string, payload: object) =>
    (await server.as('administrator', { method, url, payload })).json();

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    // A browser forgets cookies by its own clock.
    server = await startConsoleServer({ port, start: new Date().toISOString() });
    await seedCouncil(server.db, server.clock.now());
    await ask('POST', '/api/v1/accounts', { name: 'Bo Glass', role: 'siro', password: PASSWORD });
    await ask('POST', '/api/v1/accounts', { name: 'Cy Former', role: 'auditor', password: PASSWORD });
    await ask('PATCH', '/api/v1/accounts/Cy%20Former', { disabled: true });
    const soon = new Date(server.clock.now() + 90 * 86_400_000).toISOString();
    await ask('POST', '/api/v1/tokens', {
      name: 'asset register',
      role: 'ict-operator',
      expiresAt: soon,
      only: ['devices:read'],
    });
    const pat = await ask('POST', '/api/v1/accounts', {
      name: 'Pat Shared',
      role: 'ict-administrator',
      password: PASSWORD,
    });
    const south = { id: 'south', name: 'Southmere District Council', settings: '{}', created_at: 0 };
    await server.db.insertInto('organisations').values(south).execute();
    const grant = { home: 'main', kind: 'account', holder: pat.id, called: 'Pat Shared' } as const;
    const act = { actor: 'cli:root', at: server.clock.now() };
    await grantRole(
      server.db,
      { ...grant, role: 'ict-administrator' },
      { ...act, organisation: 'south' },
      seededRandom('1'),
    );
    const theirs = {
      home: 'south',
      kind: 'group',
      holder: 'Shared ICT service',
      called: 'Shared ICT service',
    } as const;
    await grantRole(
      server.db,
      { ...theirs, role: 'ict-operator' },
      { ...act, organisation: 'main' },
      seededRandom('2'),
    );
    await server.app.listen({ port, host: '127.0.0.1' });
    browser = await startChromium();
    pictures = picturesOf('accounts');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const signIn = async (page: Page, name: string, password = PASSWORD) => {
    await page.goto(`${origin}/sign-in`);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const asAdmin = async (page: Page) =>
    page.goto(`${origin}/sign-in/${await server.code('administrator', 'Ada Admin')}`);

  it.each(VIEWS)('have no fault that axe can find at $width px, $colorScheme', async (view) => {
    const { context, page, complaints } = await openPage(browser, view);
    await asAdmin(page);
    for (const [name, path] of PAGES) {
      await page.goto(`${origin}${path}`);
      await pictures.look(page, name, view);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each(VIEWS)('begin with an address, and an app by a picture: $width px', async (view) => {
    const name = `New ${view.width}`;
    const { context, page } = await openPage(browser, view);
    const look = chaptersOf(pictures, page, view, 'begin');
    await asAdmin(page);
    await page.goto(`${origin}/add/account`);
    await page.getByRole('button', { name: 'Add the account' }).click();
    await look('nothing-entered');
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Role').selectOption('auditor');
    await page.getByRole('button', { name: 'Add the account' }).click();
    await look('address');
    const address = (await page.locator('strong.app-hash').textContent()) ?? '';
    await context.clearCookies();
    await page.goto(address);
    await look('set-password');
    await page.getByLabel('New password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await look('too-short');
    await page.getByLabel('New password', { exact: true }).fill(NEW);
    await page.getByLabel('New password again').fill(NEW);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await look('set');
    await signIn(page, name, NEW);
    await look('picture');
    const key = ((await page.locator('strong.app-hash').textContent()) ?? '').replaceAll(' ', '');
    const totp = new TOTP({ secret: Secret.fromBase32(key) });
    await page.getByLabel('Code').fill(totp.generate({ timestamp: server.clock.now() }));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.goto(`${origin}/sessions`);
    await look('sessions');
    await page.getByRole('link', { name: 'Change your password' }).click();
    await page.getByRole('button', { name: 'Change the password' }).click();
    await look('change-password');
    expect(new URL(page.url()).pathname).toBe('/password');
    await context.close();
  });

  it.each(VIEWS)('of a shared service choose the council that they work for: $width px', async (view) => {
    const { context, page } = await openPage(browser, view);
    const look = chaptersOf(pictures, page, view, 'councils');
    await signIn(page, 'Pat Shared');
    await page.goto(`${origin}/devices`);
    await look('own');
    await page.getByLabel('You are working for').selectOption('south');
    await page.getByRole('button', { name: 'Change council' }).click();
    await page.goto(`${origin}/devices`);
    await look('other');
    expect(await page.getByText('DBC-04127').count()).toBe(0);
    await context.close();
  });

  it('show nothing that their own policy refuses', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await ask('PATCH', '/api/v1/accounts/Bo%20Glass', { secondFactor: 'require' });
    await signIn(page, 'Bo Glass');
    expect(await page.locator('svg.app-qr').count()).toBe(1);
    await asAdmin(page);
    for (const [, path] of PAGES.slice(0, -1)) await page.goto(`${origin}${path}`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
