import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicJwkOf, thumbprint } from '@beadle/shared';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnrolmentByFile } from '../../src/enrolment/by-file.ts';
import { makeDeviceKey, saveIdentity } from '../../src/identity/identity.ts';
import { noteLeftService } from '../../src/identity/left-service.ts';
import { readWaiting, waitingKey } from '../../src/identity/waiting.ts';
import type { TransportResponse } from '../../src/uplink/transport.ts';
import { createWorld, seededRandom } from '../../../../test/support/clock.ts';

const TOKEN = `beadle1.${'A'.repeat(22)}.${'B'.repeat(43)}.${'C'.repeat(43)}`;
const FILE = `server=https://beadle.council.gov.uk\ntoken=${TOKEN}\n`;
const HOUR_MS = 3_600_000;
const POLL_MS = 30_000;
const about = { serialNumber: 'SN-1', platform: 'linux', release: '6.1', agentVersion: '0', name: 'LAPTOP' } as const;
const never = new AbortController().signal;

let folder: string;
let world: ReturnType<typeof createWorld>;
let asked: string[];
let logged: string;
/** What nobody has signed: an answer of a proxy, or none. */
let answer: Partial<TransportResponse> | undefined;
let tellsOf = () => about;
const path = () => join(folder, 'enrolment');
const refusal = () => `${path()}.refused`;
const data = () => join(folder, 'data');
const put = (text = FILE) => writeFileSync(path(), text, { mode: 0o600 });
const told = (detail: string) => ({ status: 403, body: Buffer.from(JSON.stringify({ detail })) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-by-file-'));
  [world, asked, logged, answer] = [createWorld(), [], '', told('The token is used up.')];
  tellsOf = () => about;
});
afterEach(() => rmSync(folder, { recursive: true }));

const create = () =>
  createEnrolmentByFile({
    path: path(),
    data: data(),
    clock: world.clock(),
    random: seededRandom('by-file'),
    log: pino({}, { write: (line: string) => void (logged += line) }),
    about: async () => tellsOf(),
    transport: (server) => ({
      send: async () => {
        asked.push(server);
        if (answer === undefined) throw new Error('ECONNREFUSED');
        return { status: 200, headers: {}, body: Buffer.from('{}'), ...answer };
      },
      close: async () => undefined,
    }),
  });

/** How long it waited before each attempt within `ms`, in milliseconds, looked at as often as the agent does. */
async function waitsWithin(ms: number): Promise<number[]> {
  const look = create();
  const waits: number[] = [];
  let lastAt = 0;
  for (let at = 0; at <= ms; at += POLL_MS) {
    const before = asked.length;
    await look(never);
    if (asked.length > before) waits.push(at - lastAt);
    if (asked.length > before) lastAt = at;
    world.pass(POLL_MS);
  }
  return waits;
}

function keepIdentity(): void {
  const key = makeDeviceKey();
  const device = { device: 'd', assetTag: 'DBC-1', generation: 1, organisation: 'Council', server: 'https://a' };
  const enrolment = { ...device, serverKey: publicJwkOf(key), protocol: 1, enrolledAt: '2026-11-29T00:00:00Z' };
  saveIdentity(data(), key, enrolment);
}

describe('an enrolment by file', () => {
  it('is nothing where there is no file', async () => {
    expect(await create()(never)).toBe(false);
    expect([asked, logged, readWaiting(data())]).toEqual([[], '', undefined]);
  });

  it('writes a refusal down beside the file, word for word, without the token, for root alone', async () => {
    put();
    expect(await create()(never)).toBe(true);
    const words = 'The server at https://beadle.council.gov.uk did not enrol this device: The token is used up.';
    expect(readFileSync(refusal(), 'utf8')).toMatch(/^\d{4}-\S+Z The/);
    expect(readFileSync(refusal(), 'utf8')).toContain(words);
    const isReadByOthers = process.platform !== 'win32' && (statSync(refusal()).mode & 0o077) !== 0;
    expect([isReadByOthers, existsSync(path())]).toEqual([false, true]);
    expect(logged).toContain(words);
    expect(logged).not.toContain('beadle1.');
    expect(readWaiting(data())).toMatchObject({ state: 'not-valid', detail: words });
  });

  it('asks with one key, which stays over a restart and which nobody else can read', async () => {
    put();
    await create()(never);
    const keyId = thumbprint(publicJwkOf(waitingKey(data())));
    await create()(never);
    expect(thumbprint(publicJwkOf(waitingKey(data())))).toBe(keyId);
    expect(statSync(join(data(), 'identity/waiting-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('backs off where nobody answers, to an hour at the most, and says so', async () => {
    put();
    answer = undefined;
    const waits = await waitsWithin(6 * HOUR_MS);
    expect(waits.slice(0, 3)).toEqual([0, POLL_MS, 2 * POLL_MS]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(HOUR_MS);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(HOUR_MS / 2);
    const detail = expect.stringContaining('does not answer') as string;
    expect(readWaiting(data())).toMatchObject({ state: 'not-asked', detail });
    expect(logged.match(/not enrolled yet/g)).toHaveLength(1);
  });

  it('blames no server for an error of the agent, and tries again', async () => {
    put();
    tellsOf = () => {
      throw new TypeError('x is not a function');
    };
    expect(await create()(never)).toBe(true);
    const detail = 'This device could not ask, by an error of the agent: x is not a function';
    expect(readWaiting(data())).toMatchObject({ state: 'not-asked', detail });
    expect(logged).toContain('by-file.test.ts');
  });

  it('believes nothing that the server has not signed: it is delayed by an hour and a half at the most', async () => {
    put();
    answer = { ...told('Go away.'), headers: { 'retry-after': '86400' } };
    const [, wait] = await waitsWithin(2 * HOUR_MS);
    expect(wait).toBeLessThanOrEqual(1.5 * HOUR_MS + POLL_MS);
    answer = { status: 201 };
    await create()(never);
    const detail = expect.stringContaining('pretending') as string;
    expect(readWaiting(data())).toMatchObject({ state: 'not-asked', detail });
  });

  it('keeps since when it stands so, and notes nothing once it is stopped', async () => {
    put();
    await create()(never);
    const before = readWaiting(data());
    world.pass(HOUR_MS);
    await create()(never);
    expect(readWaiting(data())?.since).toBe(before?.since);
    expect(readWaiting(data())?.askedAt).not.toBe(before?.askedAt);
    const noted = readWaiting(data());
    answer = undefined;
    expect(await create()(AbortSignal.abort())).toBe(true);
    expect(readWaiting(data())).toEqual(noted);
  });

  it('tries at once what was put there anew', async () => {
    put('server=https://beadle.council.gov.uk\n');
    const look = create();
    expect(await look(never)).toBe(true);
    expect(readFileSync(refusal(), 'utf8')).toContain(`${path()}: token=TOKEN is missing`);
    expect(readWaiting(data())).toMatchObject({ server: null, state: 'not-asked' });
    expect(asked).toEqual([]);
    put();
    expect(await look(never)).toBe(true);
    expect(asked).toEqual(['https://beadle.council.gov.uk']);
  });

  it('does not use the file on a device that is enrolled, and takes it away with what was said of it', async () => {
    keepIdentity();
    put();
    writeFileSync(refusal(), 'no');
    expect(await create()(never)).toBe(false);
    expect(asked).toEqual([]);
    expect([path(), refusal()].map((one) => existsSync(one))).toEqual([false, false]);
  });

  it.each([
    ['whose identity is damaged', () => writeFileSync(join(data(), 'identity/enrolment.json'), '{')],
    ['that has left service', () => noteLeftService(data(), { at: '2026-11-29T00:00:00Z', detail: 'Written off.' })],
  ])('is tried for a device %s', async (_, happens) => {
    keepIdentity();
    happens();
    put();
    expect(await create()(never)).toBe(true);
    expect(asked).toHaveLength(1);
  });
});
