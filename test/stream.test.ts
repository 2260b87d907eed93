import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { PATHS } from '@beadle/shared';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../packages/server/src/app.ts';
import { openDatabase } from '../packages/server/src/db/open.ts';
import { startTestServer, type TestServer } from '../packages/server/test/app/harness.ts';
import { enrolListener, type Listener, LOCK } from '../packages/server/test/support/listener.ts';
import { pino } from 'pino';
import { isOnPostgres } from './support/database.ts';
import { freePort, until } from './support/processes.ts';

let server: TestServer;
let port: number;
const requests: ClientRequest[] = [];
const others: (() => Promise<unknown>)[] = [];

async function start(limits: Record<string, string> = {}): Promise<Listener> {
  port = await freePort();
  server = await startTestServer({ BEADLE_SERVER_PORT: String(port), ...limits });
  await server.app.listen({ host: '127.0.0.1', port });
  return enrolListener(server);
}

afterEach(async () => {
  for (const one of requests.splice(0)) one.destroy();
  for (const close of others.splice(0)) await close();
  await server.close();
});

/** A stream over a real socket: its lines as they come, with the moment. */
async function listen(device: Listener, at = port) {
  const headers = device.headers({ path: PATHS.stream, method: 'GET' });
  const opening = request({ host: '127.0.0.1', port: at, path: PATHS.stream, headers, agent: false });
  requests.push(opening);
  opening.on('error', () => undefined);
  opening.end();
  const [answer] = (await once(opening, 'response')) as [IncomingMessage];
  const lines = createInterface({ input: answer })[Symbol.asyncIterator]();
  return {
    answer,
    opening,
    line: async () => String((await lines.next()).value),
    async desired() {
      for (;;) {
        const { value } = await lines.next();
        const heardAt = performance.now();
        if (value !== '')
          return { at: heardAt, state: device.open((JSON.parse(String(value)) as { document: string }).document) };
      }
    },
  };
}

const orders = '/api/v1/devices/DBC-1/orders';
const order = (by: Pick<TestServer, 'as'> = server, kind = 'lock') =>
  by.as('ict-operator', { method: 'POST', url: orders, payload: { ...LOCK, kind } });
const streams = async () => Number(/^beadle_streams_open (\d+)/m.exec((await server.app.inject('/metrics')).body)?.[1]);

describe('the stream over a socket', () => {
  it('outlives what ends idle connections, and says that it lives', async () => {
    const device = await start({ BEADLE_SERVER_LIMITS_IDLE_MS: '1000' });
    const { line, desired } = await listen(device);
    const idle = request({ host: '127.0.0.1', port, path: '/health/live', agent: false });
    idle.on('error', () => undefined);
    requests.push(idle);
    idle.flushHeaders();
    await once(idle, 'close');
    expect(await line()).toBe('');
    server.clock.pass(30_000);
    expect(await line()).toBe('');
    await order();
    expect((await desired()).state.restrictions).toHaveLength(1);
  });

  it('brings each order as it is committed', async () => {
    const device = await start();
    const { desired } = await listen(device);
    await until('the stream is there', async () => (await streams()) === 1);
    for (let round = 0; round < 3; round += 1) {
      const heard = desired();
      await order();
      expect((await heard).state.restrictions).toHaveLength(round + 1);
    }
  });

  it('is forgotten when its client leaves, and one that comes back has what holds', async () => {
    const device = await start();
    const first = await listen(device);
    await until('it is there', async () => (await streams()) === 1);
    first.opening.destroy();
    await until('it is gone', async () => (await streams()) === 0);
    await order();
    const second = await listen(device);
    expect((await second.desired()).state.restrictions).toHaveLength(1);
  });

  it('begins, after the server was ended and started again, with what was ordered before', async () => {
    const device = await start();
    await listen(device);
    await order();
    await server.app.close();
    const { settings, database, keys, clock, random } = server;
    const again = await createApp({ database, settings, keys, clock, random, log: pino({ level: 'silent' }) });
    others.push(() => again.close());
    await again.listen({ host: '127.0.0.1', port });
    const { desired } = await listen(device);
    expect((await desired()).state.restrictions).toHaveLength(1);
  });

  it('ends with the server, which waits for nobody that only listens', async () => {
    const device = await start();
    const { answer } = await listen(device);
    const ended = once(answer.resume(), 'end');
    const began = performance.now();
    await server.app.close();
    await ended;
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('of a client that does not read is cut off, and keeps nobody else waiting', { timeout: 60_000 }, async () => {
    const device = await start();
    const deaf = await listen(device);
    deaf.answer.pause();
    deaf.opening.socket?.pause();
    const other = await enrolListener(server, 'DBC-2');
    const heard = await listen(other);
    const url = '/api/v1/devices/DBC-1/messages';
    const payload = { text: 'x'.repeat(2000), reason: 'y' };
    const say = () => server.as('ict-operator', { method: 'POST', url, payload });
    for (let count = 0; count < 50; count += 1) await say();
    await until('it is cut off', async () => {
      await server.as('ict-operator', { method: 'POST', url: orders, payload: LOCK });
      server.clock.pass(30_000);
      return (await streams()) === 1;
    });
    await server.as('ict-operator', { method: 'POST', url: '/api/v1/devices/DBC-2/orders', payload: LOCK });
    expect((await heard.desired()).state.restrictions).toHaveLength(1);
  });
});

describe.runIf(isOnPostgres())('two servers on one PostgreSQL', () => {
  it('tell each other: one orders, and the device hears of it on the other', async () => {
    const device = await start();
    const { settings, keys, clock, random } = server;
    const database = openDatabase(settings.database);
    const second = await createApp({ database, settings, keys, clock, random, log: pino({ level: 'silent' }) });
    others.push(async () => {
      await second.close();
      await database.close();
    });
    await second.ready();
    const { desired } = await listen(device);
    const as: TestServer['as'] = async (role, asked) =>
      second.inject({ ...asked, headers: { authorization: `Bearer ${await server.token(role)}` } });
    await order({ as });
    const first = await desired();
    expect(first.state.restrictions).toHaveLength(1);
    const heard = desired();
    await order({ as }, 'isolate');
    const answered = performance.now();
    expect((await heard).at - answered).toBeLessThan(1000);
  });

  it('hear each other again after the connection on which they listen has broken', async () => {
    const device = await start();
    const { desired } = await listen(device);
    await order();
    await desired();
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and (query like 'listen %' or query = 'select 1')`.execute(server.db);
    const heard = desired();
    await order();
    expect((await heard).state.restrictions).toHaveLength(2);
  });
});
