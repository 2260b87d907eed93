import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../app/harness.ts';
import { breach, httpReceiver, ISTL, type Opened, opened, queue, serverWith } from './receivers.ts';

let parts: Opened;
let server: TestServer;
let hook: Awaited<ReturnType<typeof httpReceiver>>;
const ids: string[] = [];
beforeAll(async () => {
  parts = opened();
  parts.write('secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`);
  hook = await httpReceiver(parts, (_received, response) => {
    response.statusCode = 500;
    response.end('<b>broken</b>');
  });
  server = await serverWith(parts, `webhooks: [{ name: soc, url: '${hook.url}', secretFile: secret }]\n`);
  ids.push(await queue(server, { breaches: [await breach(server, 'BR-1')] }));
  server.clock.pass(1000);
  ids.push(
    await queue(server, {
      title: '<script>alert(1)</script>',
      event: { type: 'authorisations.due', path: '/authorisations' },
    }),
  );
  await server.app.jobs.runDue();
});
afterAll(() => parts.closeAll());

const url = '/api/v1/notices';
const list = async (query = '') =>
  (await server.as('information-security-team-leader', { url: `${url}${query}` })).json();

describe('/api/v1/notices', () => {
  it('lists every delivery, the newest first, page by page', async () => {
    const { items } = await list();
    expect(
      items.map(({ channel, status }: { channel: string; status: string }) => `${channel} ${status}`).toSorted(),
    ).toEqual(['mail sent', 'mail sent', 'webhook:soc waiting', 'webhook:soc waiting']);
    const first = await list('?limit=3');
    const second = await list(`?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(items);
  });

  it('is filtered by breach, channel and status', async () => {
    const about = await list('?breach=BR-1&status=waiting');
    expect(about.items).toMatchObject([
      {
        channel: 'webhook:soc',
        role: null,
        to: new URL(hook.url).host,
        reference: 'BR-2026-000001',
        attempts: 1,
        sentAt: null,
        lastError: `${new URL(hook.url).host} answered 500. It said: <b>broken</b>`,
        nextTryAt: expect.stringMatching(/^2026-06-04T/),
      },
    ]);
    expect((await list('?channel=mail&breach=BR-1')).items).toMatchObject([
      { id: ids[0], role: ISTL, sentAs: 'settings' },
    ]);
    expect((await list('?breach=BR-9')).items).toEqual([]);
    expect((await server.as('auditor', { url: `${url}?status=gone` })).statusCode).toBe(400);
    expect((await server.as('worker', { url })).statusCode).toBe(403);
  });

  it('is tried again at once by whoever may, which stands in the audit log', async () => {
    const [{ id }] = (await list('?breach=BR-1&status=waiting')).items;
    const retry = (role: 'auditor' | typeof ISTL, which: string) =>
      server.as(role, { method: 'POST', url: `${url}/${which}/retry` });
    expect((await retry('auditor', id)).statusCode).toBe(403);
    expect((await retry(ISTL, 'nothing')).json().type).toBe('urn:beadle:problem:notice-unknown');
    expect((await retry(ISTL, ids[0] ?? '')).json().type).toBe('urn:beadle:problem:conflict');
    hook.answer = (_received, response) => response.end();
    const answer = await retry(ISTL, id);
    expect([answer.statusCode, answer.json().status]).toEqual([202, 'waiting']);
    await server.app.jobs.runDue();
    expect((await list('?breach=BR-1&channel=webhook:soc')).items).toMatchObject([
      { status: 'sent', attempts: 2, nextTryAt: null },
    ]);
    const acts = await server.db.selectFrom('audit').selectAll().where('action', '=', 'notice-retried').execute();
    expect(acts).toMatchObject([{ target: `notice:${id}`, actor: `token:${ISTL}` }]);
  });
});

describe('the page of messages', () => {
  it('shows what became of each, and nothing that is written in one is read as markup', async () => {
    const page = await server.as('auditor', { url: '/messages' });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.body).toContain('Webhook soc');
    expect(page.body).not.toContain('<b>broken');
    expect(page.body).not.toContain('Try again now');
    const narrowed = await server.as('auditor', { url: '/messages?breach=BR-1&status=sent&channel=mail' });
    expect(narrowed.body).toContain('BR-2026-000001: apparent breach');
    expect(narrowed.body).not.toContain('alert(1)');
  });

  it('lets whoever may try one again, and says why not where it cannot be', async () => {
    const post = (id: string | undefined) =>
      server.as(ISTL, {
        method: 'POST',
        url: `/messages/${id}/retry`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: '',
      });
    expect((await server.as(ISTL, { url: '/messages' })).body).toContain('Try again now');
    const [waiting] = (await list('?status=waiting')).items;
    const done = await post(waiting.id);
    expect([done.statusCode, done.headers.location]).toEqual([303, '/messages']);
    const refused = await post(ids[0]);
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('This message has been sent already.');
  });
});
