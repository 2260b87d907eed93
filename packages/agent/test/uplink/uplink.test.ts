import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { publicJwkOf, signerOf, verifyingKeyOf } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, seededRandom, type World } from '../../../../test/support/clock.ts';
import { createMemory } from '../../src/outbox/memory.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import { createTables } from '../../src/outbox/store.ts';
import { notBefore } from '../../src/uplink/backoff.ts';
import { createServerTime } from '../../src/uplink/server-time.ts';
import { Uplink } from '../../src/uplink/uplink.ts';

const HOUR_MS = 3_600_000;
const key = generateKeyPairSync('ed25519').privateKey;
const serverKey = publicJwkOf(createPublicKey(key));

let world: World;
let sql: SQLite.Database;
beforeEach(() => {
  world = createWorld();
  sql = new SQLite(':memory:');
  createTables(sql);
});
afterEach(() => sql.close());

interface Wait {
  readonly milliseconds: number;
  readonly end: () => void;
}

/** An uplink whose server answers each request with 503, and whose waits end when the test says so, or are woken. */
function createBusy({ contactedAt, retryAfter = '7' }: { contactedAt?: number; retryAfter?: string } = {}) {
  const outbox = new Outbox({ sql, random: seededRandom('outbox') });
  outbox.begin('device-1', 1, 0);
  const clock = world.clock();
  const waits: Wait[] = [];
  let [requests, told] = [0, () => undefined as void];
  const enrolment = {
    device: 'device-1',
    assetTag: 'A',
    generation: 1,
    organisation: 'O',
    protocol: 1,
    enrolledAt: '',
    server: 'http://127.0.0.1:1',
    serverKey,
  };
  const uplink = new Uplink({
    transport: {
      send: async () => {
        requests += 1;
        return { status: 503, headers: { 'retry-after': retryAfter }, body: Buffer.from('{}') };
      },
      close: async () => undefined,
    },
    clock,
    identity: { enrolment, signer: signerOf(key), serverKey: verifyingKeyOf(serverKey) },
    outbox,
    memory: createMemory(sql),
    random: seededRandom('uplink'),
    serverTime: createServerTime(clock, outbox.meta),
    log: pino({ level: 'silent' }),
    about: { version: '0', platform: 'linux', release: 'test' },
    onCouncilNetwork: () => null,
    policySerial: () => 0,
    settledAt: () => undefined,
    accept: () => undefined,
    restate: () => undefined,
    contactedAt,
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        waits.push({ milliseconds, end: resolve });
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
        told();
      }),
  });
  const nextWait = async (count: number): Promise<Wait> => {
    while (waits.length < count) await new Promise<void>((resolve) => (told = resolve));
    return waits[count - 1] as Wait;
  };
  return { uplink, nextWait, requests: () => requests };
}

describe('a server that says when to come again', () => {
  it('is not asked before, and never waited for longer than an hour on an unsigned word', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), fc.string(), (seconds, seed) => {
        const pause = notBefore(seconds, seededRandom(seed));
        expect(pause).toBeGreaterThanOrEqual(Math.min(seconds, 3600) * 1000);
        expect(pause).toBeLessThanOrEqual(Math.min(seconds, 3600) * 1500);
      }),
      { numRuns: 50 },
    );
  });

  it('is left alone for that long by the uplink too', async () => {
    const { uplink } = createBusy({ retryAfter: '40' });
    const pause = await uplink.once(new AbortController().signal);
    expect(pause).toBeGreaterThanOrEqual(40_000);
    expect(pause).toBeLessThanOrEqual(60_000);
  });
});

describe('a device that was without its server', () => {
  it.each([
    // The wait is then the one that the server's 503 asks for.
    ['a moment', 60_000, { requests: 1, mostMs: 10_500 }],
    ['an hour and more', 2 * HOUR_MS, { requests: 0, mostMs: 10_000 }],
  ])('for %s comes back within its time', async (_words, awayMs, expected) => {
    const stop = new AbortController();
    const { uplink, nextWait, requests } = createBusy({ contactedAt: world.time - awayMs });
    const running = uplink.run(stop.signal);
    const { milliseconds } = await nextWait(1);
    expect(milliseconds).toBeLessThanOrEqual(expected.mostMs);
    expect(requests()).toBe(expected.requests);
    stop.abort();
    await running;
  });

  it('tells at once what is serious, and with the rest waits for its moment', async () => {
    const stop = new AbortController();
    const { uplink, nextWait, requests } = createBusy({ contactedAt: world.time - 2 * HOUR_MS });
    const running = uplink.run(stop.signal);
    await nextWait(1);
    uplink.wake(false);
    expect(requests()).toBe(0);
    uplink.wake(true);
    // What is made at one moment gathers, and leaves together.
    (await nextWait(2)).end();
    await nextWait(3);
    expect(requests()).toBe(1);
    stop.abort();
    await running;
  });

  it('spreads its return after a sleep as well', async () => {
    const stop = new AbortController();
    const { uplink, nextWait, requests } = createBusy();
    const running = uplink.run(stop.signal);
    await nextWait(1);
    world.pass(9 * HOUR_MS);
    uplink.hurry();
    (await nextWait(2)).end();
    const { milliseconds } = await nextWait(3);
    expect(milliseconds).toBeLessThanOrEqual(10_000);
    expect(requests()).toBe(1);
    stop.abort();
    await running;
  });
});
