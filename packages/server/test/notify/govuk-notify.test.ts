import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/organisation/settings.ts';
import { ORGANISATION, writeOrganisation } from '../../src/organisation/store.ts';
import type { TestServer } from '../app/harness.ts';
import {
  breach,
  HOUR,
  httpReceiver,
  ISTL,
  mailReceiver,
  notices,
  type Opened,
  opened,
  queue,
  serverWith,
} from './receivers.ts';

const SERVICE = '26785a09-ab16-4eb0-8407-a37497a57506';
const SECRET = '3d844edf-8d35-48ac-975b-e847b4f122b0';
const TEMPLATE = 'f33517ff-2a88-4f6e-b855-c550268ce08a';

let parts: Opened;
beforeEach(() => {
  parts = opened();
});
afterEach(() => parts.closeAll());

interface Kept {
  readonly id: string;
  readonly reference: string;
  readonly address: string;
  readonly sent: Record<string, unknown>;
  status: string;
  readonly created_at: string;
}

/** A server that speaks as GOV.UK Notify does, as far as Beadle asks; `refuse` may answer instead. */
async function startNotify() {
  const far = { kept: [] as Kept[], refuse: null as null | { status: number; body: unknown; after?: string }, asks: 0 };
  const receiver = await httpReceiver(parts, ({ method, url, body }, response) => {
    far.asks += 1;
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (far.refuse !== null) {
      if (far.refuse.after !== undefined) response.setHeader('retry-after', far.refuse.after);
      return answer(far.refuse.status, far.refuse.body);
    }
    const { pathname, searchParams } = new URL(url, 'http://notify.test');
    if (method === 'POST' && pathname === '/v2/notifications/email') {
      const sent = JSON.parse(body);
      const id = `n-${far.kept.length + 1}`;
      const { reference, email_address: address } = sent;
      const created_at = new Date(far.kept.length * 1000).toISOString();
      far.kept.push({ id, reference, address, sent, status: 'sending', created_at });
      return answer(201, { id, reference, content: {}, uri: '', template: {} });
    }
    const reference = searchParams.get('reference');
    if (reference !== null)
      return answer(200, { notifications: far.kept.filter((one) => one.reference === reference) });
    const found = far.kept.find(({ id }) => pathname === `/v2/notifications/${id}`);
    return found === undefined ? answer(404, { errors: [] }) : answer(200, found);
  });
  return Object.assign(far, { receiver });
}

async function start(far: Awaited<ReturnType<typeof startNotify>>, environment: Record<string, string> = {}) {
  parts.write('key', `beadle-${SERVICE}-${SECRET}\n`);
  return serverWith(
    parts,
    `origin: https://beadle.test\ngovukNotify:\n  apiKeyFile: key\n  templateId: ${TEMPLATE}\n  baseUrl: ${far.receiver.url}\n`,
    environment,
  );
}

const later = async (server: TestServer, ms: number) => {
  server.clock.pass(ms);
  await server.app.jobs.runDue();
};

describe('GOV.UK Notify', () => {
  it('is told a reference and a link, and nothing else, by whoever has the key', async () => {
    const far = await startNotify();
    const server = await start(far);
    const about = await breach(server, 'BR-2026-000001');
    const id = await queue(server, { breaches: [about] });
    await server.app.jobs.runDue();
    expect(far.kept.map(({ sent }) => sent)).toEqual([
      {
        email_address: 'information-security-team-leader@localhost',
        template_id: TEMPLATE,
        personalisation: { reference: 'BR-2026-000001', link: 'https://beadle.test/breaches/BR-2026-000001' },
        reference: id,
      },
    ]);
    const [head, claims, mac] = String(far.receiver.received[0]?.headers.authorization).slice(7).split('.');
    expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString())).toEqual({
      iss: SERVICE,
      iat: Math.floor(server.clock.now() / 1000),
    });
    expect(createHmac('sha256', SECRET).update(`${head}.${claims}`).digest('base64url')).toBe(mac);
    expect(await notices(server)).toMatchObject([{ status: 'sent', channel: 'govuk-notify', receipt: 'n-1' }]);
    expect(await server.db.selectFrom('breach_events').select('type').execute()).toEqual([{ type: 'notified' }]);
    expect(JSON.stringify(server.logged)).not.toContain(SECRET);
  });

  it('is not told what a digest says', async () => {
    const far = await startNotify();
    const server = await start(far);
    await queue(server, { event: { type: 'digest.daily', path: '/' } });
    await server.app.jobs.runDue();
    expect(far.kept[0]?.sent.personalisation).toEqual({ reference: 'Daily digest', link: 'https://beadle.test/' });
  });

  it('is asked for what an attempt before made, so that a crash before the record sends nothing twice', async () => {
    const far = await startNotify();
    const server = await start(far);
    await queue(server);
    await server.app.jobs.runDue();
    await server.db.updateTable('notices').set({ status: 'waiting', receipt: null }).execute();
    await server.db.updateTable('jobs').set({ status: 'waiting' }).where('kind', '=', 'notice').execute();
    await server.app.jobs.runDue();
    expect(far.kept).toHaveLength(1);
    expect(await notices(server)).toMatchObject([{ status: 'sent', receipt: 'n-1' }]);
  });

  it('tells the deputy whom the settings name too, under another reference', async () => {
    const far = await startNotify();
    const server = await start(far);
    const recipients = { [ISTL]: { name: 'N', address: 'n@council.test', deputyAddress: 'd@council.test' } };
    const settings = { ...DEFAULT_SETTINGS, recipients };
    await server.db
      .transaction()
      .execute((tx) => writeOrganisation(tx, { id: ORGANISATION, name: 'Council', settings }));
    const id = await queue(server);
    await server.app.jobs.runDue();
    expect(far.kept.map(({ address, reference }) => [address, reference])).toEqual([
      ['d@council.test', `${id}-deputy`],
      ['n@council.test', id],
    ]);
  });

  it.each([
    [
      400,
      { errors: [{ error: 'ValidationError', message: 'template_id is not\r\nfound' }] },
      /did not take the message \(400; ValidationError: template_id is not found\)/,
    ],
    [
      403,
      { errors: [{ error: 'AuthError', message: 'Invalid token: API key not found' }] },
      /did not take the key \(403/,
    ],
    [429, { errors: [{ error: 'RateLimitError', message: 'Exceeded' }] }, /has had too many messages \(429/],
    [503, 'no JSON at all', /has a problem of its own \(503\)/],
  ])('that answers %i is told again later, and why stands with the message', async (status, body, words) => {
    const far = await startNotify();
    const server = await start(far);
    far.refuse = { status, body };
    await queue(server);
    await server.app.jobs.runDue();
    for (let hour = 0; hour < 3; hour += 1) await later(server, HOUR);
    expect(await notices(server)).toMatchObject([
      { status: 'waiting', attempts: 4, last_error: expect.stringMatching(words) },
    ]);
    far.refuse = null;
    await later(server, HOUR);
    expect(far.kept).toHaveLength(1);
    expect(await notices(server)).toMatchObject([{ status: 'sent', last_error: null }]);
  });

  it('is left alone for as long as it asks', async () => {
    const far = await startNotify();
    const server = await start(far);
    far.refuse = { status: 429, body: {}, after: '1800' };
    await queue(server);
    await server.app.jobs.runDue();
    const asked = far.asks;
    await later(server, 29 * 60_000);
    expect(far.asks).toBe(asked);
    await later(server, 60_000);
    expect(far.asks).toBeGreaterThan(asked);
  });

  it('is asked what became of a message until it says', async () => {
    const far = await startNotify();
    const server = await start(far);
    await queue(server);
    await server.app.jobs.runDue();
    await later(server, 60_000);
    expect(await notices(server)).toMatchObject([{ status: 'sent', delivery: null }]);
    for (const one of far.kept) one.status = 'delivered';
    await later(server, 60_000);
    expect(await notices(server)).toMatchObject([
      { status: 'sent', delivery: 'delivered', delivered_at: server.clock.now() },
    ]);
    const asks = far.asks;
    await later(server, 5 * HOUR);
    expect(far.asks).toBe(asks);
  });

  it('that no longer knows a message leaves it sent, as not known', async () => {
    const far = await startNotify();
    const server = await start(far);
    await queue(server);
    await server.app.jobs.runDue();
    far.kept.length = 0;
    await later(server, 60_000);
    expect(await notices(server)).toMatchObject([{ status: 'sent', delivery: 'unknown' }]);
  });

  it('that could not deliver for a time is told again, and only then', async () => {
    const far = await startNotify();
    const server = await start(far);
    const id = await queue(server);
    await server.app.jobs.runDue();
    for (const one of far.kept) one.status = 'temporary-failure';
    await later(server, 60_000);
    expect(await notices(server)).toMatchObject([
      { status: 'waiting', delivery: 'temporary-failure', last_error: expect.stringContaining('three days') },
    ]);
    await later(server, HOUR);
    expect(far.kept.map(({ reference }) => reference)).toEqual([id, id]);
    expect(await notices(server)).toMatchObject([{ status: 'sent', receipt: 'n-2', delivery: null }]);
  });

  it('that will never deliver is replaced by e-mail where there is one, which says so', async () => {
    const [far, mail] = [await startNotify(), await mailReceiver(parts)];
    const server = await start(far, mail.environment);
    const id = await queue(server);
    await server.app.jobs.runDue();
    expect(mail.received).toEqual([]);
    for (const one of far.kept) one.status = 'permanent-failure';
    await later(server, 60_000);
    expect(mail.received).toHaveLength(1);
    expect(mail.received[0]?.text).toContain(
      'GOV.UK Notify could not deliver it to information-security-team-leader@localhost.',
    );
    expect(await notices(server)).toMatchObject([
      {
        id,
        status: 'failed',
        delivery: 'permanent-failure',
        last_error: expect.stringContaining('Sent by e-mail instead'),
      },
      { status: 'sent', channel: 'mail', instead_of: id },
    ]);
    await later(server, 5 * HOUR);
    expect([far.kept.length, mail.received.length]).toEqual([1, 1]);
  });

  it('that will never deliver, without e-mail, leaves the message to a person, who may try again', async () => {
    const far = await startNotify();
    const server = await start(far);
    const id = await queue(server);
    await server.app.jobs.runDue();
    for (const one of far.kept) one.status = 'permanent-failure';
    await later(server, 60_000);
    expect(await notices(server)).toMatchObject([
      { status: 'failed', last_error: expect.stringContaining('another address') },
    ]);
    expect((await server.app.inject('/metrics')).body).toMatch(/^beadle_notices_failed 1$/m);
    await server.as(ISTL, { method: 'POST', url: `/api/v1/notices/${id}/retry` });
    await server.app.jobs.runDue();
    expect(far.kept).toHaveLength(2);
    expect(await notices(server)).toMatchObject([{ status: 'sent', receipt: 'n-2' }]);
  });
});
