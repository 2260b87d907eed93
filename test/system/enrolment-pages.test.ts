import { describe, expect, it } from 'vitest';
import { askToEnrol, enrolListener } from '../../packages/server/test/support/listener.ts';
import { chaptersOf, openPage, VIEWS, whyNoChromium } from './fixtures/browser.ts';
import { hands, inChromium } from './fixtures/console-pages.ts';

const missing = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

describe.skipIf(missing !== '')(`a fleet in Chromium${missing}`, () => {
  const opened = inChromium('a fleet');

  it.each(VIEWS)('is enrolled, decided about and ended at $width px, $colorScheme', async (view) => {
    const { server, browser, origin, pictures } = opened();
    const tag = `DBC-${view.width}`;
    const serialNumber = `5CG${view.width}XYZ`;
    await enrolListener(server, tag);
    await server.as('administrator', { method: 'PATCH', url: `/api/v1/devices/${tag}`, payload: { serialNumber } });
    const { context, page, complaints } = await openPage(browser, view);
    const look = chaptersOf(pictures, page, view, 'fleet');
    const { press, done, says } = hands(page);
    const choose = (name: string) => page.getByLabel(name, { exact: true }).check();

    await page.goto(`${origin}/sign-in/${await server.code('ict-administrator', 'Ian Support')}`);
    await page.goto(`${origin}/add/fleet-key`);
    await press('Make the key');
    await look('key-with-nothing-entered');
    await page.getByLabel('What it is for').fill('Windows image of June');
    await page.getByLabel('How many devices it may enrol at once, in all').fill('900');
    await press('Make the key');
    await look('key-made');
    const token = (await page.locator('main .app-hash').textContent()) ?? '';
    await page.getByRole('button', { name: 'Continue' }).click();
    await look('keys');

    for (const name of ['LAPTOP-7', 'LAPTOP-8']) await askToEnrol(server, token, { serialNumber, name });
    await askToEnrol(server, token, { serialNumber: 'To be filled by O.E.M.' });
    await page.goto(`${origin}/devices`);
    await page.getByRole('link', { name: 'Laptops that wait for ICT (3)' }).click();
    await look('waiting');
    await page.getByRole('link', { name: 'Decide about LAPTOP-7' }).click();
    await press('Record the decision');
    await look('decide-with-nothing-chosen');
    await choose('A device of the register');
    expect(await page.locator('#assetTag').inputValue()).toBe(tag);
    await look('decide');
    await press('Record the decision');
    await done('It is enrolled when it next asks');
    await page.getByRole('link', { name: 'Decide about LAPTOP-8' }).click();
    await choose('Not ours, or not to be enrolled');
    await page.getByLabel('Why', { exact: true }).fill('Nobody here has it.');
    await press('Record the decision');
    await done('The laptop has been refused');
    await look('decided');

    await page.goto(`${origin}/fleet-keys`);
    await page
      .getByRole('link', { name: /^Revoke/ })
      .first()
      .click();
    await page.getByLabel('Why').fill('The image has leaked.');
    await look('revoke');
    await press('Revoke the key');
    await done('The fleet key has been revoked');

    await page.goto(`${origin}/devices/${tag}`);
    await page.getByRole('link', { name: 'Revoke its key' }).click();
    await page.getByLabel('Why').fill('Stolen from a car on Sunday.');
    await look('revoke-device-key');
    await press('Continue');
    await look('revoke-device-key-are-you-sure');
    await press('Revoke the key');
    await says('Key revoked');
    await look('device-revoked');
    await page.getByRole('link', { name: 'Take it out of service for good' }).click();
    await page.getByLabel('Why').fill('Written off.');
    await press('Continue');
    await look('leave-are-you-sure');
    await press('Take it out of service');
    await says('Left service since');
    await look('device-left');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
