import { describe, expect, it } from 'vitest';
import { enrolListener, LOCK } from '../../packages/server/test/support/listener.ts';
import { chaptersOf, openPage, VIEWS, whyNoChromium } from './fixtures/browser.ts';
import { hands, inChromium } from './fixtures/console-pages.ts';

const missing = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

describe.skipIf(missing !== '')(`orders in Chromium${missing}`, () => {
  const opened = inChromium('orders');

  it.each(VIEWS)('are given, seen, released and lifted at $width px, $colorScheme', async (view) => {
    const { server, browser, origin, pictures } = opened();
    const tag = `DBC-${view.width}-${view.colorScheme}`;
    const device = await enrolListener(server, tag);
    const url = `/api/v1/devices/${tag}`;
    const { version } = (await server.as('administrator', { url })).json<{ version: string }>();
    await server.as('administrator', { method: 'PATCH', url, payload: { holder: 'Sam Rivers', version } });
    const { context, page, complaints } = await openPage(browser, view);
    const look = chaptersOf(pictures, page, view, 'orders');
    const { press, done, says } = hands(page);

    await page.goto(`${origin}/sign-in/${await server.code('ict-operator', 'Ian Support')}`);
    await page.goto(`${origin}/devices/${tag}`);
    await says('Nothing restricts this device.');
    await page.getByRole('link', { name: 'Restrict this device' }).click();
    await press('Continue');
    await look('restrict-with-nothing-chosen');
    expect(await page.title()).toMatch(/^Error: /);
    await page.getByLabel('Lock', { exact: true }).check();
    await page.getByLabel('Until ICT lifts it').check();
    await page.getByLabel('Whom the worker calls').fill('01442 000000');
    await page.getByLabel('Why').fill('Left on a train. Reported by its holder at 9:40pm.');
    await press('Continue');
    await look('restrict-are-you-sure');
    await says('Sam Rivers');
    await press('Restrict this device');
    await done('It is in force when the device has said so');
    await says('Ordered. The device has not answered yet.');
    expect(await page.locator('#orders').locator('..').textContent()).not.toContain('In force');
    await look('ordered');

    const desired = await device.desired();
    const [lock] = desired?.restrictions ?? [];
    const at = new Date(server.clock.now()).toISOString();
    const inForce = { id: lock?.id ?? '', effect: 'in-force', at, observed: 'one session is locked' } as const;
    await device.report(desired?.version ?? 0, [inForce]);
    await server.as('ict-operator', { method: 'POST', url: `${url}/orders`, payload: { ...LOCK, kind: 'isolate' } });
    await page.goto(`${origin}/devices/${tag}`);
    await says('one session is locked');
    await look('in-force');
    await page.goto(`${origin}/devices/orders`);
    await look('list');

    await page.goto(`${origin}/devices/${tag}/orders/${lock?.id}/code`);
    await page.getByLabel('Why').fill('Its holder has it back and is on a train. I know the voice.');
    await look('code-asked');
    await press('Show the code');
    await look('code');
    expect(await page.locator('.govuk-panel__body').textContent()).toMatch(/[0-9A-Z]{5}-[0-9A-Z]{5}/);

    await page.goto(`${origin}/devices/${tag}/message`);
    await page.getByLabel('Message').fill('Please bring this laptop to the service desk.');
    await page.getByLabel('Why').fill('It must be looked at.');
    await look('message');
    await press('Send the message');
    await done('The message has been sent');

    await page.getByRole('link', { name: /^Lift lock/ }).click();
    await page.getByLabel('Why').fill('It has been found.');
    await look('lift');
    await press('Lift the restriction');
    await done('The restriction has been lifted');
    await says('Lifted. The device has not answered yet');
    await device.report(server.clock.now(), [{ ...inForce, effect: 'lifted', observed: 'no session is locked' }]);
    await page.goto(`${origin}/devices/${tag}`);
    await page.getByText('Messages, and what was ordered before').click();
    await look('lifted');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each(VIEWS)('wait while a device is paused, at $width px, $colorScheme', async (view) => {
    const { server, browser, origin, pictures } = opened();
    const tag = `PAUSED-${view.width}`;
    const device = await enrolListener(server, tag);
    const url = `/api/v1/devices/${tag}`;
    const { version } = (await server.as('administrator', { url })).json<{ version: string }>();
    const holder = `Sam Rivers ${view.width}`;
    await server.as('administrator', { method: 'PATCH', url, payload: { holder, version } });
    const { context, page, complaints } = await openPage(browser, view);
    const look = chaptersOf(pictures, page, view, 'pauses');
    const { press, says } = hands(page);

    await page.goto(`${origin}/sign-in/${await server.code('ict-administrator', 'Ian Technician')}`);
    await page.goto(`${origin}/devices/${tag}`);
    await page.getByRole('link', { name: 'Pause this device' }).click();
    await press('Continue');
    await look('asked-with-nothing-entered');
    const day = new Date(server.clock.now() + 7 * 86_400_000);
    await page.getByLabel('Day').fill(String(day.getUTCDate()));
    await page.getByLabel('Month').fill(String(day.getUTCMonth() + 1));
    await page.getByLabel('Year').fill(String(day.getUTCFullYear()));
    await page.getByLabel('Why').fill('A driver of the maker is faulty. Its fix comes on Thursday.');
    await press('Continue');
    await look('are-you-sure');
    await press('Pause');
    await says('Devices are paused as soon as they hear of it');
    await look('list');
    await device.report((await device.desired())?.version ?? 0);
    await page.goto(`${origin}/devices/${tag}`);
    await says('By ICT until');
    await look('device');
    await page.getByRole('link', { name: 'Restrict this device' }).click();
    await says('it takes this up only then');
    await page.goto(`${origin}/sign-in/${await server.code('worker', holder)}`);
    await page.goto(`${origin}/my-device`);
    await look('the-worker');
    await says('ICT has paused Beadle on this device');
    await page.goto(`${origin}/sign-in/${await server.code('ict-administrator', 'Ian Technician')}`);
    await page.goto(`${origin}/pauses`);
    await page
      .getByRole('link', { name: `End the pause of ${tag}` })
      .first()
      .click();
    await page.getByLabel('Why').fill('The fix has come.');
    await press('Continue');
    await look('end-are-you-sure');
    await press('End the pause');
    await says('The pause has ended');
    await look('ended');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
