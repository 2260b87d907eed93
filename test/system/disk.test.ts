import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAULTS } from '../../packages/agent/src/errors.ts';
import { whySkipped } from '../../scripts/debian-packages.ts';
import { policyInReport } from '../../scripts/start/policy.ts';
import { type Spawned, until } from '../support/processes.ts';
import { type Cups, startCups } from './fixtures/cups.ts';
import { openDevice } from './fixtures/device.ts';
import { type Disk, mountDisk, whyNoMounts } from './fixtures/disk.ts';
import {
  agentCommand,
  type RealServer,
  runAgent,
  serveInVain,
  startRealServer,
  stopped,
} from './fixtures/real-server.ts';

const why = whyNoMounts();
const whyNoPrinting = why ?? whySkipped('cups-daemon', 'cups-client', 'cups-filters');
const because = (reason: string | undefined) => (reason === undefined ? '' : ` (${reason})`);

const ASSET_TAG = 'DBC-2048';
const POLICY = policyInReport('policies/dacorum.yaml');

let folder: string;
let disk: Disk;
let server: RealServer | undefined;
let running: Spawned[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-disk-'));
  running = [];
});

afterEach(async () => {
  try {
    for (const each of running) await stopped(each);
    await server?.stop();
  } finally {
    server = undefined;
    disk.unmount();
    rmSync(folder, { recursive: true, force: true });
  }
});

const serve = async (database = join(folder, 'server')) =>
  (server = await startRealServer({ database, folder, policy: POLICY }));

function start(data: string, env: Record<string, string> = {}): Spawned {
  const agent = runAgent(data, env);
  running.push(agent);
  return agent;
}

const isUp = ({ child }: Spawned) => child.exitCode === null && child.signalCode === null;
const says = (agent: Spawned, words: string) => agent.output().stderr.includes(words);
const timesSaid = (agent: Spawned, words: string) => agent.output().stderr.split(words).length - 1;

/** The chain as one side holds it. */
function links(file: string, table: 'outbox' | 'findings'): string[] {
  const database = new SQLite(file, { readonly: true });
  try {
    return database.prepare<[], string>(`select link from ${table} order by sequence`).pluck().all();
  } finally {
    database.close();
  }
}
const eventsKept = (data: string): number => {
  const database = new SQLite(join(data, 'outbox.db'), { readonly: true });
  try {
    const kind = "json_extract(body, '$.kind')";
    return database.prepare<[], number>(`select count(*) from outbox where ${kind} = 'event'`).pluck().get() ?? 0;
  } finally {
    database.close();
  }
};
const arrived = () => links(join(folder, 'server/beadle.db'), 'findings');

describe.skipIf(whyNoPrinting !== undefined)(`an agent whose disk is full${because(whyNoPrinting)}`, () => {
  let cups: Cups;
  let printer: Server;
  let printed = 0;

  /** A network printer of the simplest kind: it takes what comes. */
  const startSink = async () => {
    printer = createServer((socket) => socket.resume().on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => printer.once('listening', resolve));
    const address = printer.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const print = async (count: number) => {
    for (let copy = 0; copy < count; copy += 1) cups.run('lp', '-d', 'Home', join(folder, 'page.txt'));
    printed += count;
    const finished = () => cups.run('lpstat', '-W', 'completed', '-o').trim().split('\n').filter(Boolean).length;
    await until('the jobs', () => finished() === printed);
  };

  beforeEach(async () => {
    printed = 0;
    writeFileSync(join(folder, 'page.txt'), 'one line\n');
    const [port] = await Promise.all([startSink(), startCups().then((started) => (cups = started)), serve()]);
    cups.run('lpadmin', '-p', 'Home', '-E', '-v', `socket://127.0.0.1:${port}`);
  });

  afterEach(async () => {
    await cups?.stop();
    await new Promise((resolve) => printer.close(resolve));
  });

  it('stays up, says so, keeps what was kept, and reports everything when there is space again', async () => {
    const data = join(folder, 'device');
    disk = mountDisk(data, 4096);
    await server?.enrol(ASSET_TAG, data);
    const kept = () => links(join(data, 'outbox.db'), 'outbox');
    const env = { CUPS_SERVER: cups.server, BEADLE_AGENT_PRINT_SPOOL: cups.spool };
    let agent = start(data, env);
    await until('the first findings', () => says(agent, 'has been reached') && kept().length > 0);
    await print(2);
    await until('what was printed, at both ends', () => eventsKept(data) === 2 && kept().length === arrived().length);

    // Kept while the server is away, so that the full disk finds something that only the device has.
    await server?.stop();
    await print(2);
    await until('what was printed, on the device', () => eventsKept(data) === 4);
    const filled = disk.fill();
    await print(3);
    await until('the words', () => says(agent, FAULTS['disk-full']), 90_000);
    expect(isUp(agent)).toBe(true);
    const full = kept();
    expect(eventsKept(data)).toBe(4);

    // A start on the full disk neither ends nor loses anything.
    expect(await stopped(agent)).toBe(0);
    agent = start(data, env);
    await until('the words again', () => says(agent, FAULTS['disk-full']), 90_000);
    expect(isUp(agent)).toBe(true);
    expect(kept()).toEqual(full);

    await server?.start();
    disk.free();
    await print(1);
    await until(
      'all of it, at both ends',
      () => eventsKept(data) === printed && arrived().length === kept().length,
      120_000,
    );
    expect(arrived()).toEqual(kept());
    expect(arrived().slice(0, full.length)).toEqual(full);
    const { items } = (await server?.ask<{ items: { count: number; rule: string }[] }>(
      'GET',
      `/api/v1/breaches?device=${ASSET_TAG}`,
    )) ?? { items: [] };
    expect(items.filter(({ rule }) => rule === 'home-printing')).toMatchObject([{ count: printed }]);
    expect(await stopped(agent)).toBe(0);
    console.log(
      JSON.stringify({
        filledBytes: filled,
        printed,
        keptWhenFull: full.length,
        kept: kept().length,
        arrived: arrived().length,
      }),
    );
  });
});

describe.skipIf(why !== undefined)(`a data folder that cannot be written${because(why)}`, () => {
  it('keeps the agent up, which says so and goes on once it can write', async () => {
    await serve();
    const data = join(folder, 'device');
    disk = mountDisk(data, 4096);
    await server?.enrol(ASSET_TAG, data);
    disk.remount('ro');
    const agent = start(data);
    await until('the words', () => says(agent, FAULTS['read-only']));
    expect(isUp(agent)).toBe(true);
    disk.remount('rw');
    await until('the server', () => says(agent, 'the server has been reached'), 60_000);
    await until('the findings', () => arrived().length > 0);
    expect(timesSaid(agent, FAULTS['read-only'])).toBe(1);
    expect(await stopped(agent)).toBe(0);
  });

  it.each([
    ['is read-only', 'read-only', (): void => disk.remount('ro'), (): void => disk.remount('rw')],
    ['is full', 'disk-full', (): void => void disk.fill(), (): void => disk.free()],
  ] as const)(
    'refuses to enrol where it %s, and the token is still good afterwards',
    async (_words, fault, spoil, mend) => {
      const real = await serve();
      const data = join(folder, 'device');
      disk = mountDisk(data, 4096);
      const token = await real.enrolmentToken(ASSET_TAG);
      const enrol = () => agentCommand('enrol', '--server', real.origin, '--token', token, '--data', data);
      spoil();
      const refused = await enrol();
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(FAULTS[fault]);
      expect(refused.stderr.trim().split('\n')).toHaveLength(1);
      mend();
      expect(await enrol()).toMatchObject({ code: 0, stderr: '' });
    },
  );
});

describe.skipIf(why !== undefined)(`a server whose disk is full${because(why)}`, () => {
  it('answers 503, loses nothing that it acknowledged, and takes the rest when there is space again', async () => {
    const database = join(folder, 'server');
    disk = mountDisk(database, 8192);
    const real = await serve(database);
    await real.enrol(ASSET_TAG, join(folder, 'device'));
    const device = openDevice(join(folder, 'device'));
    device.keep(50);
    expect(await device.checkIn()).toBe(200);
    const filled = disk.fill();
    let status: number | undefined = 200;
    // What is left of the write-ahead log is used up first.
    for (let round = 0; round < 100 && status === 200; round += 1) {
      device.keep(50);
      status = await device.checkIn();
    }
    expect(status).toBe(503);
    const answer = device.answers.at(-1);
    expect(answer?.headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'retry-after': '30',
    });
    expect(JSON.parse(Buffer.from(answer?.body ?? []).toString())).toMatchObject({ status: 503, code: 'unavailable' });
    const acknowledged = device.acknowledged();
    expect(arrived()).toHaveLength(acknowledged);
    expect((await fetch(`${real.origin}/health/live`)).status).toBe(200);
    expect((await fetch(`${real.origin}/health/ready`)).status).toBe(503);

    disk.free();
    while (device.outbox.waiting().pending > 0) expect(await device.checkIn()).toBe(200);
    expect((await fetch(`${real.origin}/health/ready`)).status).toBe(200);
    expect(arrived()).toEqual(links(join(folder, 'device/outbox.db'), 'outbox'));

    // Nor does it lose anything where it is ended while its disk is full.
    disk.fill();
    device.keep(50);
    expect(await device.checkIn()).toBe(503);
    await real.stop();
    disk.free();
    await real.start();
    while (device.outbox.waiting().pending > 0) expect(await device.checkIn()).toBe(200);
    expect(arrived()).toEqual(links(join(folder, 'device/outbox.db'), 'outbox'));
    expect(arrived()).toHaveLength(device.made());
    console.log(
      JSON.stringify({
        filledBytes: filled,
        acknowledgedWhenFull: acknowledged,
        made: device.made(),
        arrived: arrived().length,
      }),
    );
    await device.close();
  });

  it.each([
    ['read-only', '', (): void => disk.remount('ro'), 'cannot be read and written'],
    ['read-only, in a folder that is still to be made', 'below', (): void => disk.remount('ro'), 'cannot be read and'],
    ['full', '', (): void => void disk.fill(), 'is full'],
  ] as const)('does not start on one that is %s, and says why in one line', async (_words, below, spoil, reason) => {
    disk = mountDisk(join(folder, 'server'), 8192);
    spoil();
    const database = join(disk.folder, below);
    const { code, stdout, stderr } = await serveInVain({
      BEADLE_SERVER_DATABASE: database,
      BEADLE_SERVER_KEYS_FOLDER: join(folder, 'keys'),
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(reason)]);
    expect(stderr).toContain(database);
  });
});
