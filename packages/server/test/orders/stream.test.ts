import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { PATHS } from '@beadle/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { enrolListener, type Listener, LOCK } from '../support/listener.ts';

let server: TestServer;
let device: Listener;
const open: Readable[] = [];

beforeEach(async () => {
  server = await startTestServer();
  device = await enrolListener(server);
});
afterEach(async () => {
  for (const stream of open.splice(0)) stream.destroy();
  await server.close();
});

const signedBy = (by: Listener) => by.shot({ path: PATHS.stream, method: 'GET' });
const refusal = async (shot: ReturnType<Listener['shot']>) => (await server.app.inject(shot)).json<unknown>();

/** The lines of a device's stream, as they come. */
async function listen(by = device) {
  const answer = await server.app.inject({ ...signedBy(by), payloadAsStream: true });
  const stream = answer.stream();
  open.push(stream);
  let rest = '';
  const lines: string[] = [];
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const next = async () => {
    while (lines.length === 0) await once(stream, 'data');
    return lines.shift() ?? '';
  };
  return {
    answer,
    stream,
    line: next,
    async desired() {
      for (;;) {
        const text = await next();
        if (text !== '') return by.open((JSON.parse(text) as { document: string }).document);
      }
    },
  };
}

const order = async (more: object = {}, url = '/api/v1/devices/DBC-1/orders') =>
  (await server.as('ict-operator', { method: 'POST', url, payload: { ...LOCK, ...more } })).json<{ id: string }>().id;
const counted = async () => /^beadle_streams_open (\d+)/m.exec((await server.app.inject('/metrics')).body)?.[1];

describe('a stream', () => {
  it('begins with what holds, tells each change, and is not for anything between to keep or to hold back', async () => {
    const first = await order();
    const { answer, desired } = await listen();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store, no-transform',
    });
    expect((await desired()).restrictions.map(({ id }) => id)).toEqual([first]);
    const second = await order({ kind: 'isolate' });
    expect((await desired()).restrictions.map(({ id }) => id)).toEqual([first, second]);
    const url = `/api/v1/devices/DBC-1/orders/${first}/lifting`;
    await server.as('ict-operator', { method: 'POST', url, payload: { reason: 'found' } });
    expect((await desired()).restrictions.map(({ id }) => id)).toEqual([second]);
    expect(await counted()).toBe('1');
  });

  it('says at once that it has come through, where there is nothing to tell', async () => {
    expect(await (await listen()).line()).toBe('');
  });

  it('tells a device of nobody else’s orders', async () => {
    const other = await enrolListener(server, 'DBC-2');
    const [one, two] = [await listen(), await listen(other)];
    await order({}, '/api/v1/devices/DBC-2/orders');
    expect((await two.desired()).device).toBe(other.id);
    await order();
    expect((await one.desired()).restrictions).toHaveLength(1);
  });

  it('is replaced by the device’s next one', async () => {
    const before = await listen();
    const ended = once(before.stream.resume(), 'end');
    const after = await listen();
    await ended;
    await order();
    expect((await after.desired()).restrictions).toHaveLength(1);
    expect(await counted()).toBe('1');
  });

  it('holds no place of those that check in while it is open', async () => {
    await listen();
    const { body } = await server.app.inject('/metrics');
    expect(body).toContain('beadle_in_hand{lane="check-ins"} 0');
    expect(await device.checkIn()).toEqual([]);
  });

  it('ends where the device is enrolled again, and with the server', async () => {
    const old = await listen();
    const ended = once(old.stream.resume(), 'end');
    const again = await enrolListener(server, 'DBC-1');
    await ended;
    const stream = await listen(again);
    const closing = once(stream.stream.resume(), 'end');
    await server.app.close();
    expect(await closing).toEqual([]);
  });

  it('is refused as a repeat, by another key, and of a foreign generation', async () => {
    const shot = signedBy(device);
    open.push((await server.app.inject({ ...shot, payloadAsStream: true })).stream());
    expect(await refusal(shot)).toMatchObject({ code: 'counter-too-low', lastCounter: device.counter });
    const other = await enrolListener(server, 'DBC-2');
    const named = { ...other.signer, keyId: device.signer.keyId };
    const wrong = device.shot({ path: PATHS.stream, method: 'GET', signer: named });
    expect(await refusal(wrong)).toMatchObject({ code: 'signature-refused' });
    const stranger = { ...other.signer, keyId: 'x'.repeat(43) };
    const unknown = device.shot({ path: PATHS.stream, method: 'GET', signer: stranger });
    expect(await refusal(unknown)).toMatchObject({ code: 'signature-refused' });
    expect(await refusal({ method: 'GET', url: PATHS.stream })).toMatchObject({ code: 'signature-refused' });
    await enrolListener(server, 'DBC-1');
    expect(await refusal(signedBy(device))).toMatchObject({ code: 'signature-refused' });
  });
});

describe('streams beyond their number', () => {
  it('are sent away for a while, but for a device that has one', async () => {
    await server.close();
    server = await startTestServer({ BEADLE_SERVER_LIMITS_STREAMS: '1' });
    device = await enrolListener(server);
    const other = await enrolListener(server, 'DBC-2');
    await listen();
    const away = await server.app.inject(signedBy(other));
    expect(away.json()).toMatchObject({ code: 'overloaded' });
    expect(away.headers['retry-after']).toBe('60');
    expect((await listen()).answer.statusCode).toBe(200);
  });
});
