import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../../src/notify/http.ts';
import { signatureHeaders } from '../../src/notify/webhook.ts';
import { httpReceiver, HOUR, mailReceiver, notices, type Opened, opened, queue, serverWith } from './receivers.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');

let parts: Opened;
beforeEach(() => {
  parts = opened();
  parts.write('secret', `whsec_${SECRET}\n`);
});
afterEach(() => parts.closeAll());

const webhooks = (...lines: string[]) =>
  `origin: https://beadle.test\nwebhooks:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
const hook = (name: string, url: string, more = '') => `{ name: ${name}, url: '${url}', secretFile: secret${more} }`;

describe('a webhook', () => {
  it('is told what happened, signed, without the text of the message', async () => {
    const receiver = await httpReceiver(parts);
    const server = await serverWith(parts, webhooks(hook('a', `${receiver.url}/in`)));
    await queue(server, { title: 'BR-2026-000001:\r\nX-Injected: 1' });
    await server.app.jobs.runDue();
    const [got] = receiver.received;
    const delivery = (await notices(server)).find(({ role }) => role === '');
    expect(got).toMatchObject({ method: 'POST', url: '/in' });
    expect(JSON.parse(got?.body ?? '')).toEqual({
      beadle: 1,
      id: delivery?.id,
      type: 'breach.opened',
      at: '2026-06-04T08:32:00.000Z',
      organisation: 'The council',
      reference: 'BR-2026-000001',
      severity: 'high',
      title: 'BR-2026-000001: X-Injected: 1',
      url: 'https://beadle.test/breaches/BR-2026-000001',
      text: 'BR-2026-000001: X-Injected: 1\nhttps://beadle.test/breaches/BR-2026-000001',
    });
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = got?.headers ?? {};
    const mac = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(
      `${String(id)}.${String(time)}.${got?.body}`,
    );
    expect([id, signature]).toEqual([delivery?.id, `v1,${mac.digest('base64')}`]);
    expect(delivery).toMatchObject({ status: 'sent', role: '', channel: 'webhook:a', receipt: '200', body: '' });
    expect(JSON.stringify(server.logged)).not.toContain(SECRET);
  });

  it('is told again under the same id, at a new time, until it answers', async () => {
    const receiver = await httpReceiver(parts, (_received, response) => response.destroy());
    const server = await serverWith(parts, webhooks(hook('a', receiver.url)));
    await queue(server);
    for (let hour = 0; hour < 30; hour += 1) {
      await server.app.jobs.runDue();
      server.clock.pass(HOUR);
    }
    const waiting = (await notices(server)).find(
      ({ channel, type }) => channel === 'webhook:a' && type === 'breach.opened',
    );
    expect(waiting).toMatchObject({
      status: 'waiting',
      attempts: 30,
      last_error: expect.stringContaining('ended the connection'),
    });
    receiver.answer = (_received, response) => response.end();
    await server.app.jobs.runDue();
    const own = receiver.received.filter(({ headers }) => headers['webhook-id'] === waiting?.id);
    expect(own).toHaveLength(31);
    expect(new Set(own.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(31);
    server.clock.pass(30 * 60_000);
    await server.app.jobs.runDue();
    expect(receiver.received.filter(({ headers }) => headers['webhook-id'] === waiting?.id)).toHaveLength(31);
  });

  it('that redirects is not followed, and of its answer no more than 500 characters are kept', async () => {
    const elsewhere = await httpReceiver(parts);
    const receiver = await httpReceiver(parts, (_received, response) => {
      response.writeHead(302, { location: elsewhere.url });
      response.end(`no\r\n\u001b[31m${'x'.repeat(100_000)}`);
    });
    const server = await serverWith(parts, webhooks(hook('a', receiver.url)));
    await queue(server);
    await server.app.jobs.runDue();
    const delivery = (await notices(server)).find(({ role }) => role === '');
    expect(elsewhere.received).toEqual([]);
    expect(delivery?.last_error).toMatch(/answered 302\. A redirect is not followed/);
    expect(delivery?.last_error?.length).toBeLessThanOrEqual(500);
    expect(delivery?.last_error).not.toMatch(/\p{Cc}/u);
  });

  it('that never answers holds up neither e-mail nor another webhook', async () => {
    let free = () => {};
    const slow = await httpReceiver(parts, (_received, response) => {
      const before = free;
      free = () => {
        before();
        response.destroy();
      };
    });
    const reached = Promise.withResolvers<void>();
    const quick = await httpReceiver(parts, (_received, response) => {
      response.end();
      if (quick.received.length === 20) reached.resolve();
    });
    const mail = await mailReceiver(parts);
    const server = await serverWith(
      parts,
      webhooks(hook('slow', slow.url), hook('quick', quick.url)),
      mail.environment,
    );
    for (let count = 0; count < 20; count += 1) await queue(server);
    const all = server.app.jobs.runDue();
    await reached.promise;
    while (mail.received.length < 20) await new Promise(setImmediate);
    expect(
      (await notices(server))
        .filter(({ channel }) => channel === 'webhook:slow')
        .every(({ status }) => status === 'waiting'),
    ).toBe(true);
    slow.answer = (_received, response) => response.destroy();
    free();
    await all;
    expect(new Set(quick.received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  });

  it('is told once of an event that several roles are told of, and only of those that it wants', async () => {
    const [all, digests] = [await httpReceiver(parts), await httpReceiver(parts)];
    const server = await serverWith(
      parts,
      webhooks(hook('all', all.url), hook('digests', digests.url, ', events: [digest.daily]')),
    );
    const event = { id: 'one', type: 'breach.opened', path: '/' } as const;
    await queue(server, { event });
    await queue(server, { event, role: 'siro' });
    await server.app.jobs.runDue();
    await server.db.updateTable('jobs').set({ status: 'waiting' }).where('kind', '=', 'notice-fan-out').execute();
    await server.app.jobs.runDue();
    expect([all.received.length, digests.received.length]).toEqual([1, 0]);
  });

  it('of Microsoft Teams gets a card, in which nothing is read as a link but the button', async () => {
    const receiver = await httpReceiver(parts, (_received, response) => {
      response.statusCode = 202;
      response.end();
    });
    parts.write('address', `${receiver.url}/workflows/1?sig=s3cret\n`);
    const server = await serverWith(parts, webhooks('{ name: teams, urlFile: address, format: teams }'));
    await queue(server, { title: '[click](https://evil.test) DBC-04127' });
    await server.app.jobs.runDue();
    const { type, attachments } = JSON.parse(receiver.received[0]?.body ?? '');
    expect([type, attachments[0].contentType]).toEqual(['message', 'application/vnd.microsoft.card.adaptive']);
    const { body, actions } = attachments[0].content;
    expect(body.map((block: { type: string }) => block.type)).toEqual(Array(body.length).fill('RichTextBlock'));
    expect(actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Open in Beadle', url: 'https://beadle.test/breaches/BR-2026-000001' },
    ]);
    expect(receiver.received[0]?.headers['webhook-signature']).toBeUndefined();
    const said = JSON.stringify([
      await notices(server),
      server.logged,
      (await server.as('siro', { url: '/api/v1/notices' })).json(),
    ]);
    expect(said).not.toContain('s3cret');
  });

  it('that the settings no longer name is waited for no more', async () => {
    const receiver = await httpReceiver(parts, (_received, response) => response.destroy());
    const server = await serverWith(parts, webhooks(hook('a', receiver.url)));
    await queue(server);
    await server.app.jobs.runDue();
    const { endRemoved } = await import('../../src/notify/removed.ts');
    await endRemoved(server.db, { webhooks: [], siems: [] });
    expect((await notices(server)).map(({ role, status }) => [role === '', status])).toEqual(
      expect.arrayContaining([
        [false, 'sent'],
        [true, 'failed'],
      ]),
    );
    server.clock.pass(HOUR);
    await server.app.jobs.runDue();
    expect(receiver.received).toHaveLength(1);
  });
});

describe('a signature', () => {
  // Of the reference libraries of Standard Webhooks.
  it('is that of the specification, once for each secret', () => {
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    const of = (...secrets: string[]) =>
      signatureHeaders(secrets, { id, now: 1_614_265_330_000, body: '{"test": 2432232314}' })['webhook-signature'];
    const known = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(of('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBe(known);
    const [first, second, ...more] = of('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${SECRET}`)?.split(' ') ?? [];
    expect([first, second?.slice(0, 3), more]).toEqual([known, 'v1,', []]);
    expect(() => of('whsec_c2hvcnQ=')).toThrow('24 to 64 bytes');
  });
});

describe('a request', () => {
  it('ends at its time limit', async () => {
    const receiver = await httpReceiver(parts, () => undefined);
    const asked = { url: receiver.url, method: 'GET', headers: {}, proxy: null, mostCharacters: 10 } as const;
    await expect(ask({ ...asked, signal: new AbortController().signal, timeLimitMs: 30 })).rejects.toThrow(
      'did not answer in time',
    );
  });

  it('goes through the proxy that is set', async () => {
    const proxy = await httpReceiver(parts);
    const { status } = await ask({
      url: 'http://far.test/in',
      method: 'GET',
      headers: {},
      proxy: proxy.url,
      mostCharacters: 10,
      signal: AbortSignal.timeout(5000),
      timeLimitMs: 5000,
    });
    expect([status, proxy.received.map(({ url }) => url)]).toEqual([200, ['http://far.test/in']]);
  });
});
