import { PATHS } from '@beadle/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, type Listener } from '../support/listener.ts';

const PUBLIC = 'beadle.test';
let server: TestServer;
let device: Listener;
beforeAll(async () => {
  server = await startTestServer({ BEADLE_SERVER_ORIGIN: `https://${PUBLIC}` });
  device = await enrolListener(server);
});
afterAll(() => server.close());

/** A report that is signed for one name of the server and arrives with a `Host` of the proxy's. */
async function arrives(signedFor: string, host: string): Promise<number> {
  const body = Buffer.from(JSON.stringify({ protocol: 1, version: 0, effects: [], refused: [] }));
  const headers = device.headers({ path: PATHS.effects, body, type: 'application/json', authority: signedFor });
  const request = { method: 'POST', url: PATHS.effects, headers: { ...headers, host }, payload: body } as const;
  return (await server.app.inject(request)).statusCode;
}

it.each([
  ['as the device sent it', PUBLIC, PUBLIC],
  ['rewritten to the address that the proxy asks', PUBLIC, '127.0.0.1:8420'],
  ['rewritten to a name of the proxy’s own', PUBLIC, 'upstream'],
  ['that is the machine’s own, without a proxy', 'localhost:8420', 'localhost:8420'],
])('takes a request with a Host %s', async (_name, signedFor, host) => {
  expect(await arrives(signedFor, host)).toBe(200);
});

it.each([
  ['another server', 'elsewhere.test', PUBLIC],
  ['another server, whatever its Host', 'elsewhere.test', 'elsewhere.test'],
  ['the machine’s own name, from outside', 'localhost:8420', PUBLIC],
])('refuses one that is signed for %s', async (_name, signedFor, host) => {
  expect(await arrives(signedFor, host)).toBe(401);
});
