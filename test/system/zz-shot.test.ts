import { it } from 'vitest';
import { chromium } from 'playwright-core';
import { startConsoleServer } from '../../packages/server/test/support/console-server.ts';
import { seedCouncil } from '../../packages/server/test/support/council.ts';
import { inventedConnectors, seedWithdrawals } from '../../packages/server/test/support/seed-withdrawals.ts';
import { freePort } from '../support/processes.ts';

it('shots', { timeout: 120000 }, async () => {
  const port = await freePort();
  const server = await startConsoleServer({ port, start: new Date().toISOString(), connectors: inventedConnectors() });
  await seedCouncil(server.db, server.clock.now());
  await seedWithdrawals(server);
  const origin = await server.app.listen({ host: '127.0.0.1', port });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const code = await server.code('ict-administrator', 'Ian Technician');
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.goto(`http://127.0.0.1:${port}/sign-in/${code}`);
  await page
    .getByRole('button')
    .first()
    .click()
    .catch(() => undefined);
  const paths = {
    list: '/withdrawals',
    force: '/withdrawals/in-force',
    new: '/withdrawals/new?subject=sam.rivers',
    one: '/withdrawals/WD-2026-000001',
    dry: '/withdrawals/WD-2026-000002',
    wait: '/withdrawals/WD-2026-000003',
  };
  for (const [name, path] of Object.entries(paths)) {
    await page.goto(`http://127.0.0.1:${port}${path}`);
    await page.screenshot({ path: `/tmp/shots/${name}.png`, fullPage: true });
  }
  await page.goto(`http://127.0.0.1:${port}/withdrawals/new?subject=sam.rivers`);
  await page.getByLabel('Network').check();
  await page.getByLabel('Business systems').check();
  await page.getByLabel('Why?').fill('A lost laptop.');
  await page.getByRole('button', { name: 'See what would change' }).click();
  await page.screenshot({ path: '/tmp/shots/check.png', fullPage: true });
  await page.setViewportSize({ width: 320, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`http://127.0.0.1:${port}/withdrawals/WD-2026-000001`);
  await page.screenshot({ path: '/tmp/shots/small.png', fullPage: true });
  await browser.close();
  await server.close();
});
