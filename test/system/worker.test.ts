import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleServer, startConsoleServer } from '../../packages/server/test/support/console-server.ts';
import { freePort } from '../support/processes.ts';
import { seedCouncil } from '../../packages/server/test/support/council.ts';
import {
  openPage,
  type Pictures,
  picturesOf,
  startChromium,
  VIEWS,
  type View,
  whyNoChromium,
} from './fixtures/browser.ts';

const missing = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

const PAGES = [
  ['my-device', '/my-device'],
  ['my-actions', '/my-actions'],
  ['my-rights', '/my-rights'],
  ['my-rights-new', '/my-rights/new?kind=correction&about=BR-2026-000041'],
  ['report', '/report?device=DBC-04127'],
  ['report-broken', '/report/broken?device=DBC-04127'],
  ['authorisations', '/authorisations?show=all'],
  ['authorisation-new', '/authorisations/new?device=DBC-04127'],
  ['privacy', '/privacy'],
  ['accessibility', '/accessibility'],
  ['sessions', '/sessions'],
  ['not-found', '/no-such-page'],
] as const;

describe.skipIf(missing !== '')(`a worker’s pages in Chromium${missing}`, () => {
  let server: ConsoleServer;
  let browser: Browser;
  let origin: string;
  let pictures: Pictures;

  beforeAll(async () => {
    // The address that the server believes in must be the one that it listens at, or its forms are refused.
    const port = await freePort();
    server = await startConsoleServer({ port, start: new Date().toISOString() });
    await seedCouncil(server.db, server.clock.now());
    await server.as('information-security-team-leader', {
      method: 'POST',
      url: '/api/v1/policies',
      headers: { 'content-type': 'application/yaml' },
      payload: readFileSync(join(import.meta.dirname, '../../policies/dacorum.yaml'), 'utf8'),
    });
    origin = await server.app.listen({ host: '127.0.0.1', port });
    browser = await startChromium();
    pictures = picturesOf('a worker’s pages');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const open = async (view: View, options?: { readonly javaScriptEnabled: boolean }) => {
    const opened = await openPage(browser, view, options);
    await opened.page.goto(`${origin}/sign-in/${await server.code('worker', 'Sam Rivers')}`);
    return opened;
  };
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

  it.each(VIEWS)('have no fault that axe can find in either language at $width px, $colorScheme', async (view) => {
    const { context, page, complaints } = await open(view);
    expect(new URL(page.url()).pathname).toBe('/my-device');
    for (const [name, path] of PAGES) {
      await page.goto(`${origin}${path}`);
      await pictures.look(page, `${name}-en`, view);
      await page.getByRole('link', { name: 'Cymraeg' }).click();
      expect(await page.locator('html').getAttribute('lang')).toBe('cy');
      await page.goto(`${origin}${path}`);
      await pictures.look(page, `${name}-cy`, view);
      await page.getByRole('link', { name: 'English' }).click();
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
    }
    expect(complaints).toEqual([]);
    await context.clearCookies();
    await page.goto(`${origin}/sign-in`);
    await page.getByRole('link', { name: 'Cymraeg' }).click();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await pictures.look(page, 'sign-in-cy', view);
    await press(page, 'Mewngofnodi');
    await pictures.look(page, 'sign-in-wrong-cy', view);
    await context.close();
  });

  it.each(VIEWS)('take a correction from the device to its answer at $width px, $colorScheme', async (view) => {
    const { context, page } = await open(view);
    await page.getByRole('link', { name: 'Cymraeg' }).click();
    await page.getByRole('link', { name: 'Gofyn i hyn gael ei gywiro' }).first().click();
    await press(page, 'Anfon');
    await pictures.look(page, 'correction-wrong-cy', view);
    await page.getByLabel('Beth yr ydych am ei ddweud').fill('Nid fy nghof bach i oedd hwn.');
    await press(page, 'Anfon');
    await pictures.look(page, 'correction-sent-cy', view);
    const ref = /DP-\d{4}-\d+/.exec(page.url())?.[0] ?? '';

    await context.clearCookies();
    await page.goto(`${origin}/sign-in/${await server.code('data-protection-officer', 'Dee Officer')}`);
    await pictures.look(page, 'rights-overview', view);
    await page.goto(`${origin}/data-rights`);
    await pictures.look(page, 'rights-list', view);
    await page.getByRole('link', { name: ref }).click();
    await press(page, 'Acknowledge it');
    await press(page, 'Send the answer');
    await pictures.look(page, 'rights-wrong', view);
    await page.getByLabel('Upheld', { exact: true }).check();
    await page.getByLabel('Your answer').fill('You are right: a colleague used the laptop.');
    await page.getByLabel('What is to stand beside what is recorded').fill('A colleague used the laptop that day.');
    await press(page, 'Send the answer');
    await pictures.look(page, 'rights-answered', view);
    await page.goto(`${origin}/devices/DBC-04127`);
    await pictures.look(page, 'rights-on-the-device', view);
    await page.goto(`${origin}/breaches/BR-2026-000041`);
    expect(await page.getByText('Correction recorded beside it').first().isVisible()).toBe(true);

    await context.clearCookies();
    await page.goto(`${origin}/sign-in/${await server.code('worker', 'Sam Rivers')}`);
    await page.goto(`${origin}/my-rights/${ref}`);
    await pictures.look(page, 'correction-answered-en', view);
    await page.goto(`${origin}/my-device`);
    expect(await page.getByText('A colleague used the laptop that day.').first().isVisible()).toBe(true);
    await context.close();
  });

  it('are worked by the keyboard alone, without JavaScript', async () => {
    const { context, page } = await open(VIEWS[1], { javaScriptEnabled: false });
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab');
        const text = await page.locator(':focus').first().textContent();
        if (text?.includes(name)) return;
      }
      throw new Error(`${name} is not reached with the keyboard`);
    };
    await tabTo('Cymraeg');
    await page.keyboard.press('Enter');
    await page.waitForLoadState();
    expect(await page.locator('html').getAttribute('lang')).toBe('cy');
    await tabTo('Cwyno, gwrthwynebu neu ofyn am gywiriad');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/my-rights');
    await tabTo('Cwyno, gwrthwynebu neu ofyn');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/my-rights/new');
    await page.getByLabel('Cwyno am y ffordd y defnyddir gwybodaeth amdanoch').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Cedwir gormod.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/my-rights/DP-*');
    expect(await page.getByText('Cedwir gormod.').isVisible()).toBe(true);
    await context.close();
  });
});
