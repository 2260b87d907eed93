import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createPrivateKey } from 'node:crypto';
import { CHECK_IN_TYPE, PATHS, signerOf, signRequest } from '@beadle/shared';
import { afterEach, describe, expect, it } from 'vitest';
import { createTransport } from '../packages/agent/src/uplink/transport.ts';
import { startTestServer, type TestServer } from '../packages/server/test/app/harness.ts';
import { enrolDevice, type KeptDevice, wakeDevice } from '../scripts/fleet/device.ts';
import { foundWhileAway } from '../scripts/fleet/findings.ts';
import { watch } from '../scripts/fleet/transport.ts';
import { freePort, until } from './support/processes.ts';

let server: TestServer;
let port: number;
let origin: string;
const sockets: Socket[] = [];

/** The real server on a real port, with such limits. */
async function listen(limits: Record<string, number>): Promise<void> {
  port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const given = Object.entries({ PORT: port, ...limits });
  server = await startTestServer(
    Object.fromEntries(given.map(([name, value]) => [`BEADLE_SERVER_${name}`, String(value)])),
  );
  await server.app.listen({ host: '127.0.0.1', port });
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // A server that ends a connection with something unread in it resets it.
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function enrolled(name: string): Promise<KeptDevice> {
  const ask = (url: string, payload: object) => server.as('administrator', { method: 'POST', url, payload });
  await ask('/api/v1/devices', { assetTag: name, serialNumber: name, kind: 'laptop' });
  const { token } = (await ask(`/api/v1/devices/${name}/enrolment-tokens`, {})).json<{ token: string }>();
  const transport = createTransport(origin);
  const device = await enrolDevice({ server: origin, token, serialNumber: name, transport });
  await transport.close();
  return device;
}

/** One attempt of an agent that has a finding: what came of it, and the status that it saw. */
async function checkIn(kept: KeptDevice) {
  const transport = watch(origin, undefined);
  const device = wakeDevice(kept, transport);
  device.keep(foundWhileAway({ days: 0, perDay: 1, now: Date.now() }), '1');
  const outcome = await device.checkIn(AbortSignal.timeout(20_000));
  device.sleep();
  await transport.close();
  return { ...outcome, status: transport.lastStatus() };
}

/** Begins a check-in of the device, with the first byte of a body that it never ends. */
async function drip(kept: KeptDevice): Promise<Socket> {
  const request = { method: 'POST', path: PATHS.checkIns, query: '?', body: Buffer.alloc(1000) } as const;
  const signer = signerOf(createPrivateKey(kept.key));
  const at = { created: Math.floor(Date.now() / 1000), counter: Date.now() };
  const signed = signRequest({ ...request, authority: `127.0.0.1:${port}`, contentEncoding: undefined }, signer, at);
  const headers = { host: `127.0.0.1:${port}`, 'content-type': CHECK_IN_TYPE, 'content-length': '1000', ...signed };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = await open();
  socket.write(`POST ${PATHS.checkIns} HTTP/1.1\r\n${lines.join('')}\r\n{`);
  return socket;
}

async function figure(name: string): Promise<number> {
  const { body } = await server.app.inject({ url: '/metrics' });
  return Number(new RegExp(`^${name}\\{lane="check-ins"\\} (\\d+)`, 'm').exec(body)?.[1]);
}

const untilFigure = (name: string, value: number) =>
  until(`${name} ${value}`, async () => (await figure(name)) === value);

const isLive = async () => (await fetch(`${origin}/health/live`)).ok;

describe('clients that never end what they say', () => {
  it('hold no more connections than there may be, and those for no longer than headers may take', async () => {
    await listen({ LIMITS_CONNECTIONS: 16, LIMITS_HEADERS_MS: 300 });
    const first = await Promise.all(Array.from({ length: 16 }, open));
    const ends = first.map((socket) => once(socket.resume(), 'close'));
    for (const [index, socket] of first.entries())
      if (index % 2 === 0) socket.write('POST /agent/v1/check-ins HTTP/1.1\r\nhost: a\r\n');
    const beyond = await open();
    await once(beyond.resume(), 'close');
    await Promise.all(ends);
    expect(await isLive()).toBe(true);
  });

  it('give their place to a device that waits for it', async () => {
    await listen({ LIMITS_CHECK_INS_IN_HAND: 1, LIMITS_PATIENCE_MS: 100 });
    const [slow, honest] = [await enrolled('SLOW-1'), await enrolled('HONEST-1')];
    const socket = await drip(slow);
    await untilFigure('beadle_in_hand', 1);
    const ended = once(socket.resume(), 'close');
    expect(await checkIn(honest)).toMatchObject({ acknowledged: true, status: 200 });
    await ended;
    await untilFigure('beadle_in_hand', 0);
  });

  it('are given up where nobody waits too, when a body has taken its time', async () => {
    await listen({ LIMITS_PATIENCE_MS: 100, LIMITS_BODY_MS: 30_000 });
    const socket = await drip(await enrolled('SLOW-1'));
    await untilFigure('beadle_in_hand', 1);
    const ended = once(socket.resume(), 'close');
    server.clock.pass(30_000);
    await ended;
    await untilFigure('beadle_in_hand_bytes', 0);
    expect(await isLive()).toBe(true);
  });

  it('cannot multiply one device: a second request of it gives up the first', async () => {
    await listen({ LIMITS_CHECK_INS_IN_HAND: 4 });
    const slow = await enrolled('SLOW-1');
    const first = await drip(slow);
    await untilFigure('beadle_in_hand', 1);
    const ended = once(first.resume(), 'close');
    const second = await drip(slow);
    await ended;
    await untilFigure('beadle_in_hand', 1);
    expect([first.destroyed, second.destroyed]).toEqual([true, false]);
  });
});

describe('more devices than can be taken in hand', () => {
  it('are told when to come again, before anything of theirs is read', async () => {
    await listen({ LIMITS_CHECK_INS_IN_HAND: 1, LIMITS_CHECK_INS_WAITING: 0, LIMITS_PATIENCE_MS: 60_000 });
    const [slow, honest] = [await enrolled('SLOW-1'), await enrolled('HONEST-1')];
    await drip(slow);
    await untilFigure('beadle_in_hand', 1);
    const { acknowledged, status, pauseMs } = await checkIn(honest);
    expect({ acknowledged, status }).toEqual({ acknowledged: false, status: 503 });
    expect(pauseMs).toBeGreaterThanOrEqual(1000);
    expect(await isLive()).toBe(true);
  });

  it('leave no trace where they go while they wait', async () => {
    await listen({ LIMITS_CHECK_INS_IN_HAND: 1, LIMITS_CHECK_INS_WAITING: 4, LIMITS_PATIENCE_MS: 60_000 });
    const [slow, leaving] = [await enrolled('SLOW-1'), await enrolled('LEAVING-1')];
    await drip(slow);
    await untilFigure('beadle_in_hand', 1);
    const socket = await drip(leaving);
    await untilFigure('beadle_waiting', 1);
    socket.destroy();
    await untilFigure('beadle_waiting', 0);
    expect(await figure('beadle_in_hand')).toBe(1);
  });
});
