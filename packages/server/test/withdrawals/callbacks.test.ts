import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../src/notify/webhook.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { httpReceiver, type Opened, opened } from '../notify/receivers.ts';
import { seedRegisters } from '../support/seed-registers.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = '/api/v1/withdrawals';

let parts: Opened;
let server: TestServer;
/** The requests that the housing system has had, by what they ask. */
const asked: { action: string; id: string; callback?: string }[] = [];

/** Takes everything, and answers later. */
beforeAll(async () => {
  parts = opened();
  const receiver = await httpReceiver(parts, (received, response) => {
    const request = JSON.parse(received.body ?? '{}') as (typeof asked)[number];
    asked.push(request);
    const now = request.action === 'find';
    response.writeHead(now ? 200 : 202);
    response.end(now ? JSON.stringify({ before: { open: true }, changes: ['Close the account'] }) : '');
  });
  parts.write('secret', `${SECRET}\n`);
  const [secretFile, urlFile, settings] = ['secret', 'url', 'settings.yaml'].map((name) => join(parts.folder, name));
  writeFileSync(urlFile ?? '', receiver.url);
  const webhook = `{ name: housing, enabled: true, urlFile: ${urlFile}, secretFile: ${secretFile}, facilities: [business-systems] }`;
  writeFileSync(settings ?? '', `connectors:\n  webhooks:\n    - ${webhook}\n`);
  server = await startTestServer({}, settings);
  await seedRegisters(server.db, server.clock.now());
});
afterAll(async () => {
  await server.close();
  await parts.closeAll();
});

const run = () => server.app.jobs.runDue();
const read = async (ref: string) => (await server.as('auditor', { url: `${url}/${ref}` })).json();
const lastOf = (action: string) => asked.findLast((one) => one.action === action);

interface Said {
  readonly found?: string;
  readonly holds?: boolean;
  readonly left?: readonly string[];
  readonly id?: string;
  readonly secret?: string;
}

/** The far system says how it is, to the address that came with a request. */
function say(action: string, { found = 'closed', holds = true, left, id, secret = SECRET }: Said = {}) {
  const request = lastOf(action);
  const at = new Date(server.clock.now()).toISOString();
  const readings = [{ where: 'housing', at, found, holds }];
  const body = JSON.stringify({ beadle: 1, id: id ?? request?.id, readings, ...(left === undefined ? {} : { left }) });
  const signed = signatureHeaders([secret], { id: 'message-1', now: server.clock.now(), body });
  const path = new URL(request?.callback ?? 'http://none').pathname;
  const headers = { ...signed, 'content-type': 'application/json' };
  return server.app.inject({ method: 'POST', url: path, headers, payload: body });
}

describe('a system that answers later', () => {
  let ref: string;

  it('is told, and nothing is called proven before it has said so', async () => {
    const until = new Date(server.clock.now() + 864e5).toISOString();
    const order = {
      subjects: ['sam.rivers'],
      facilities: ['business-systems'],
      mode: 'temporary',
      until,
      reason: 'Lost.',
    };
    const answer = await server.as('ict-administrator', { method: 'POST', url, payload: order });
    ({ ref } = answer.json());
    await run();
    expect(await read(ref)).toMatchObject({ steps: [{ connector: 'housing', status: 'done' }] });
    expect(lastOf('withdraw')?.callback).toMatch(/\/api\/v1\/withdrawals\/callbacks\/[\w-]+$/);
  });

  it('is heard where it signs what it says, of the step that it was asked for, and once', async () => {
    expect((await say('withdraw', { secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` })).statusCode).toBe(401);
    expect((await say('withdraw', { id: 'another' })).statusCode).toBe(409);
    server.clock.pass(1000);
    expect((await say('withdraw', { holds: false, found: 'still open' })).statusCode).toBe(204);
    expect(await read(ref)).toMatchObject({ steps: [{ status: 'done', proof: [{ found: 'still open' }] }] });
    expect((await say('withdraw')).statusCode).toBe(409);
    server.clock.pass(120_000);
    await run();
    expect((await say('prove')).statusCode).toBe(204);
    expect(await read(ref)).toMatchObject({ status: 'withdrawn', steps: [{ status: 'proven' }] });
  });

  it('has no address that nobody was given', async () => {
    for (const token of ['x', 'A'.repeat(63)]) {
      const answer = await server.app.inject({ method: 'POST', url: `${url}/callbacks/${token}`, payload: {} });
      expect(answer.statusCode).toBe(404);
    }
  });

  it('says what it could not give back', async () => {
    await server.as('ict-administrator', {
      method: 'POST',
      url: `${url}/${ref}/restoration`,
      payload: { reason: 'Found.' },
    });
    server.clock.pass(1000);
    await run();
    expect(await read(ref)).toMatchObject({ steps: [{ status: 'restoring' }] });
    expect((await say('restore', { found: 'open', left: ['The role has gone to somebody else'] })).statusCode).toBe(
      204,
    );
    await run();
    expect(await read(ref)).toMatchObject({
      status: 'restored',
      steps: [{ status: 'restored', leftOver: ['The role has gone to somebody else'] }],
    });
  });
});
