import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { policyYaml } from '../support/policy.ts';
import { onServer, type RunningPostgres, startPostgres } from '../support/postgres-server.ts';
import { until } from '../support/processes.ts';
import { openDevice } from './fixtures/device.ts';
import { type Disk, mountDisk, whyNoMounts } from './fixtures/disk.ts';
import { type RealServer, startRealServer } from './fixtures/real-server.ts';

const why = whyNoMounts();
/** The cluster, its write-ahead log at its smallest, and a few pages. */
const DISK_KIBIBYTES = 120 * 1024;
const FLAGS = ['max_wal_size=32MB', 'min_wal_size=32MB'];

let folder: string;
let disk: Disk | undefined;
let postgres: RunningPostgres | undefined;
let server: RealServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-postgres-disk-'));
  // PostgreSQL runs as another user, and must get through to its disk.
  chmodSync(folder, 0o711);
});

afterEach(async () => {
  try {
    await server?.stop();
    await postgres?.stop();
  } finally {
    disk?.unmount();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function linksThere(location: string): Promise<string[]> {
  const { db, close } = openDatabase(location);
  try {
    return (await db.selectFrom('findings').select('link').orderBy('sequence').execute()).map(({ link }) => link);
  } finally {
    await close();
  }
}

function linksHere(): string[] {
  const outbox = new SQLite(join(folder, 'device/outbox.db'), { readonly: true });
  try {
    return outbox.prepare<[], string>('select link from outbox order by sequence').pluck().all();
  } finally {
    outbox.close();
  }
}

describe.skipIf(why !== undefined)(`a PostgreSQL whose disk is full${why === undefined ? '' : ` (${why})`}`, () => {
  it('has the devices told to come again, loses nothing, and takes the rest when there is space', async () => {
    disk = mountDisk(join(folder, 'disk'), DISK_KIBIBYTES);
    disk.open();
    postgres = await startPostgres({ flags: FLAGS, within: disk.folder });
    await onServer(postgres.url, 'create database beadle');
    const location = `${postgres.url}beadle`;
    const real = await startRealServer({ database: location, folder, policy: policyYaml('1') });
    server = real;
    await real.enrol('DBC-1', join(folder, 'device'));
    const device = openDevice(join(folder, 'device'));
    device.keep(50);
    expect(await device.checkIn()).toBe(200);

    const filled = disk.fill();
    let status: number | undefined = 200;
    // What its files have left is used up first.
    for (let round = 0; round < 400 && status === 200; round += 1) {
      device.keep(100);
      status = await device.checkIn();
    }
    expect(status).toBe(503);
    expect(device.answers.at(-1)?.headers).toMatchObject({ 'retry-after': '30' });
    expect((await fetch(`${real.origin}/health/live`)).status).toBe(200);
    expect((await fetch(`${real.origin}/health/ready`)).status).toBe(503);
    const acknowledged = device.acknowledged();
    const pending = device.outbox.waiting().pending;
    expect(acknowledged + pending).toBe(device.made());

    disk.free();
    // Where its write-ahead log did not fit, PostgreSQL has ended itself: somebody starts it again.
    if (!(await postgres.isUp())) await postgres.begin();
    expect((await linksThere(location)).length).toBeGreaterThanOrEqual(acknowledged);
    await until('a check-in', async () => (await device.checkIn()) === 200);
    while (device.outbox.waiting().pending > 0) expect(await device.checkIn()).toBe(200);
    expect((await fetch(`${real.origin}/health/ready`)).status).toBe(200);
    expect(await linksThere(location)).toEqual(linksHere());
    expect(linksHere()).toHaveLength(device.made());
    const arrived = (await linksThere(location)).length;
    console.log(
      JSON.stringify({ filledBytes: filled, acknowledgedWhenFull: acknowledged, made: device.made(), arrived }),
    );
    await device.close();
  });
});
