import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleServer, startConsoleServer } from '../../packages/server/test/support/console-server.ts';
import { Secret, TOTP } from 'otpauth';
import { type OidcProvider, startOidcProvider } from '../support/oidc.ts';
import { freePort } from '../support/processes.ts';
import { openPage, type Pictures, picturesOf, startChromium, VIEWS, whyNoChromium } from './fixtures/browser.ts';

const missing = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

const PEOPLE = {
  ann: { preferred_username: 'ann.officer', groups: ['Officers'] },
  kim: { preferred_username: 'kim', groups: ['Visitors'] },
};

describe.skipIf(whyNoChromium !== undefined)(`signing in, in a real browser${missing}`, () => {
  let folder: string;
  let provider: OidcProvider;
  let server: ConsoleServer;
  let browser: Browser;
  let origin: string;
  let pictures: Pictures;

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    folder = mkdtempSync(join(tmpdir(), 'beadle-sign-in-'));
    provider = await startOidcProvider({
      people: PEOPLE,
      redirectUri: `${origin}/sign-in/oidc/callback`,
      signedOutUri: `${origin}/signed-out`,
    });
    writeFileSync(join(folder, 'secret'), provider.secret);
    server = await startConsoleServer({
      port,
      // A browser forgets cookies by its own clock.
      start: new Date().toISOString(),
      environment: {
        BEADLE_SERVER_OIDC_ISSUER: provider.issuer,
        BEADLE_SERVER_OIDC_CLIENT_ID: provider.clientId,
        BEADLE_SERVER_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret'),
        BEADLE_SERVER_OIDC_ROLES: 'Officers=information-security-team-leader',
        BEADLE_SERVER_OIDC_LABEL: 'your Northmere account',
        BEADLE_SERVER_SECOND_FACTOR: 'required',
      },
    });
    await server.app.listen({ port, host: '127.0.0.1' });
    browser = await startChromium();
    pictures = picturesOf('signing in');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await provider?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const atProvider = async (page: Page, account: string) => {
    await page.getByRole('button', { name: 'Sign in with your Northmere account' }).click();
    expect(new URL(page.url()).origin).toBe(provider.issuer);
    await page.getByLabel('Account').fill(account);
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  const pathOf = (page: Page) => {
    const { pathname, search } = new URL(page.url());
    return `${pathname}${search}`;
  };

  it.each(VIEWS)('through the council’s provider comes to the page that was asked for, at $width px', async (view) => {
    const { context, page, complaints } = await openPage(browser, view);
    await page.goto(`${origin}/breaches?queue=confirmed`);
    await pictures.look(page, 'sign-in', view);
    await atProvider(page, 'ann');
    expect(pathOf(page)).toBe('/breaches?queue=confirmed');
    expect(await page.locator('.app-who').textContent()).toContain('ann.officer');
    // The provider's are on the same host.
    const cookies = (await context.cookies(origin)).filter(({ name }) => name.startsWith('beadle'));
    expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual([
      { name: 'beadle-session', httpOnly: true, sameSite: 'Lax' },
    ]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each(VIEWS)('of whom no group fits ends at a plain page, at $width px', async (view) => {
    const { context, page } = await openPage(browser, view);
    await page.goto(`${origin}/sign-in`);
    await atProvider(page, 'kim');
    expect(await page.locator('h1').textContent()).toBe('You cannot sign in to Beadle with this account');
    await pictures.look(page, 'not-permitted', view);
    await context.close();
  });

  it.each(VIEWS)(
    'ends there too for who signs out of both, by a link that the policy lets through, at $width px',
    async (view) => {
      const { context, page } = await openPage(browser, view);
      await page.goto(`${origin}/sign-in`);
      await atProvider(page, 'ann');
      await page.getByRole('button', { name: 'Sign out' }).click();
      expect(pathOf(page)).toBe('/sign-out/elsewhere');
      await pictures.look(page, 'signed-out-here', view);
      await page.getByRole('button', { name: 'Sign out of your Northmere account too' }).click();
      await page.getByRole('button', { name: /yes/i }).click();
      expect(pathOf(page)).toBe('/signed-out');
      await pictures.look(page, 'signed-out', view);
      await page.goto(`${origin}/sign-in`);
      await page.getByRole('button', { name: 'Sign in with your Northmere account' }).click();
      expect(await page.getByLabel('Account').count()).toBe(1);
      await context.close();
    },
  );

  it('works without JavaScript, and the policy of the page lets it through', async () => {
    const { context, page } = await openPage(browser, VIEWS[0], { javaScriptEnabled: false });
    await page.goto(`${origin}/sign-in`);
    await atProvider(page, 'ann');
    expect(pathOf(page)).toBe('/');
    await context.close();
  });

  it('does nothing a second time by going back', async () => {
    const { context, page } = await openPage(browser, VIEWS[0]);
    let callback = '';
    page.on('request', (request) => {
      if (request.url().includes('/sign-in/oidc/callback')) callback = request.url();
    });
    await page.goto(`${origin}/sign-in`);
    await atProvider(page, 'ann');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(callback);
    expect(await page.locator('h1').textContent()).toBe('Start signing in again');
    await pictures.look(page, 'start-again', VIEWS[0]);
    await page.goto(`${origin}/breaches`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await context.close();
  });

  const withPassword = async (page: Page, name: string) => {
    await page.goto(`${origin}/sign-in?next=%2Fsessions`);
    await page.getByText('Sign in with a name and a password of this server').click();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const codeOf = (key: string) =>
    new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate({ timestamp: server.clock.now() });

  it.each(VIEWS)(
    'with a password sets up an app, keeps codes, and lists where one is signed in, at $width px',
    async (view) => {
      const { context, page, complaints } = await openPage(browser, view);
      const name = `Bo Deputy ${view.width}`;
      const payload = { name, role: 'security-analyst', password: 'correct horse battery' };
      await server.as('administrator', { method: 'POST', url: '/api/v1/accounts', payload });
      await withPassword(page, name);
      await pictures.look(page, 'second-factor-set-up', view);
      const key = (await page.locator('.app-hash').textContent()) ?? '';
      await page.getByLabel('Code').fill('000000');
      await page.getByRole('button', { name: 'Continue' }).click();
      await pictures.look(page, 'second-factor-set-up-wrong', view);
      await page.getByLabel('Code').fill(codeOf(key));
      await page.getByRole('button', { name: 'Continue' }).click();
      await pictures.look(page, 'recovery-codes', view);
      const recovery = (await page.locator('.app-hash').first().textContent()) ?? '';
      await page.getByRole('button', { name: 'I have kept them' }).click();
      expect(pathOf(page)).toBe('/sessions');
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();

      await withPassword(page, name);
      await pictures.look(page, 'second-factor', view);
      await page.getByLabel('Code').fill(codeOf(key));
      await page.getByRole('button', { name: 'Continue' }).click();
      await pictures.look(page, 'second-factor-used-twice', view);
      await page.getByLabel('Code').fill(recovery);
      await page.getByRole('button', { name: 'Continue' }).click();
      await server.signIn('security-analyst', name);
      await page.reload();
      expect(await page.locator('tbody tr').count()).toBe(2);
      await pictures.look(page, 'sessions', view);
      await page.getByRole('button', { name: 'Sign out all the others' }).click();
      expect(await page.locator('tbody tr').count()).toBe(1);
      await pictures.look(page, 'sessions-ended', view);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});
