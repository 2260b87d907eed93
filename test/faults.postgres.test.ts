import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import SQLite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../packages/server/src/db/open.ts';
import { policyYaml } from './support/policy.ts';
import { onServer, type RunningPostgres, startPostgres } from './support/postgres-server.ts';
import { until } from './support/processes.ts';
import { openDevice } from './system/fixtures/device.ts';
import { type RealServer, startRealServer } from './system/fixtures/real-server.ts';

const LOCK_MS = 3000;
const MOST_CONNECTIONS = 16;

let folder: string;
let postgres: RunningPostgres;
let location: string;
let server: RealServer;
let device: ReturnType<typeof openDevice>;
let others: pg.Client[] = [];

/** Somebody else's connection, as a superuser or as the council's role. */
async function connect(url = `${postgres.url}beadle`): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  others.push(client);
  return client;
}

async function disconnect(): Promise<void> {
  await Promise.all(others.map((client) => client.end().catch(() => undefined)));
  others = [];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-faults-'));
  postgres = await startPostgres({ flags: [`max_connections=${MOST_CONNECTIONS}`] });
  // As in the field: a role that owns its database and is nothing more.
  await onServer(postgres.url, "create role council login password 'for-tests'");
  await onServer(postgres.url, 'create database beadle owner council');
  location = `${postgres.url.replace('beadle:', 'council:')}beadle?lock_timeout=${LOCK_MS}`;
  server = await startRealServer({ database: location, folder, policy: policyYaml('1') });
  await server.enrol('DBC-1', join(folder, 'device'));
  device = openDevice(join(folder, 'device'));
}, 120_000);

afterEach(disconnect);

afterAll(async () => {
  await device?.close();
  await server?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

const statusOf = async (path: string): Promise<number> => (await fetch(`${server.origin}${path}`)).status;

async function linksThere(): Promise<string[]> {
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

/** The device is told to come again later, and keeps what it has. */
async function refusesForNow(checkIn: Promise<number | undefined> = device.checkIn()): Promise<void> {
  expect(await checkIn).toBe(503);
  const answer = device.answers.at(-1);
  // On a busy machine a server that has just started may have said so before it asked the database.
  if (String(answer?.headers['retry-after']) !== '30') return refusesForNow();
  expect(answer?.headers).toMatchObject({ 'retry-after': '30' });
  expect(JSON.parse(Buffer.from(answer?.body ?? []).toString())).toMatchObject({ status: 503, code: 'unavailable' });
  expect(device.outbox.waiting().pending).toBeGreaterThan(0);
  expect(await statusOf('/health/live')).toBe(200);
}

/** Everything that was made is there, once. */
async function everythingArrives(): Promise<void> {
  await until('the server', async () => (await statusOf('/health/ready')) === 200);
  while (device.outbox.waiting().pending > 0) expect(await device.checkIn()).toBe(200);
  expect(await linksThere()).toEqual(linksHere());
  expect(linksHere()).toHaveLength(device.made());
}

/** The database's processes that serve the server. */
const backends = (where = 'true'): Promise<number[]> =>
  onServer(
    postgres.url,
    `select pid from pg_stat_activity where application_name = 'beadle-server' and usename = 'council' and ${where}`,
  ).then((rows) => rows.map(({ pid }) => Number(pid)));

/** Holds the row that every check-in of the device locks, until the connection ends. */
async function holdHead(): Promise<void> {
  const holder = await connect();
  await holder.query('begin');
  await holder.query('select * from devices, heads for update');
}

describe('a PostgreSQL that goes away', () => {
  it.each(['fast', 'immediate', 'killed'] as const)('(%s) and comes back costs nothing', async (how) => {
    device.keep(5);
    expect(await device.checkIn()).toBe(200);
    await postgres.end(how);
    device.keep(5);
    await refusesForNow();
    expect(await statusOf('/health/ready')).toBe(503);
    await postgres.begin();
    await everythingArrives();
  });

  it('is given up where it says nothing any more, and the probe says so in time', async () => {
    device.keep(1);
    expect(await device.checkIn()).toBe(200);
    const stopped = await backends();
    expect(stopped).not.toEqual([]);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    try {
      expect(await statusOf('/health/ready')).toBe(503);
      expect(await statusOf('/health/live')).toBe(200);
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
    }
    await everythingArrives();
  });

  it('leaves no connection waiting for good', async () => {
    const { db, close } = openDatabase(location, { silenceMs: 500, connections: 1 });
    await db.selectFrom('devices').select('id').execute();
    const newest = "backend_start = (select max(backend_start) from pg_stat_activity where usename = 'council')";
    const frozen = await backends(newest);
    expect(frozen).toHaveLength(1);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      await expect(db.selectFrom('devices').select('id').execute()).rejects.toMatchObject({ code: 'DATABASE_AWAY' });
      expect(await db.selectFrom('devices').select('id').execute()).toHaveLength(1);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
      await close();
    }
  });
});

describe('a PostgreSQL without a connection to spare', () => {
  it('has the device come again, and says that it is not ready', async () => {
    device.keep(5);
    const takeAll = async () => {
      for (let full = false; !full; ) {
        const url = location.split('?')[0];
        full = await connect(url).then(
          () => false,
          (error: unknown) => {
            expect(error).toMatchObject({ code: '53300' });
            return true;
          },
        );
      }
    };
    await takeAll();
    for (const pid of await backends()) {
      await onServer(postgres.url, `select pg_terminate_backend(${pid}, 5000)`);
      await takeAll();
    }
    await refusesForNow();
    expect(await statusOf('/health/ready')).toBe(503);
    await disconnect();
    await everythingArrives();
  });
});

describe('a check-in that is cut short in the database', () => {
  it('has happened not at all where its process is ended in the midst of it', async () => {
    const before = await linksThere();
    device.keep(5);
    await holdHead();
    const checkIn = device.checkIn();
    let [waiting]: (number | undefined)[] = [];
    await until('the lock', async () => ([waiting] = await backends("wait_event_type = 'Lock'"))[0] !== undefined);
    await onServer(postgres.url, `select pg_terminate_backend(${waiting})`);
    await refusesForNow(checkIn);
    expect(await linksThere()).toEqual(before);
    await disconnect();
    await everythingArrives();
  });

  it(`waits ${LOCK_MS / 1000} s for a lock, no longer, and others are served meanwhile`, async () => {
    device.keep(5);
    await holdHead();
    const checkIn = device.checkIn();
    await until('the lock', async () => (await backends("wait_event_type = 'Lock'")).length > 0);
    expect(await statusOf('/health/ready')).toBe(200);
    await server.ask('GET', '/api/v1/breaches');
    await refusesForNow(checkIn);
    await disconnect();
    await everythingArrives();
  });

  it('is ended where a statement takes too long', async () => {
    await server.stop();
    server.env['BEADLE_SERVER_DATABASE'] = `${location}0000&statement_timeout=2000`;
    await server.start();
    device.keep(5);
    await holdHead();
    await refusesForNow();
    await disconnect();
    await everythingArrives();
    expect(server.log()).toContain('57014');
  });

  it('is refused where the database has become a replica, and the probe knows it then', async () => {
    device.keep(5);
    await onServer(postgres.url, 'alter role council set default_transaction_read_only = on');
    for (const pid of await backends()) await onServer(postgres.url, `select pg_terminate_backend(${pid}, 5000)`);
    await refusesForNow();
    expect(await statusOf('/health/ready')).toBe(503);
    await onServer(postgres.url, 'alter role council reset default_transaction_read_only');
    for (const pid of await backends()) await onServer(postgres.url, `select pg_terminate_backend(${pid}, 5000)`);
    // It is believed again once something was stored.
    expect(await device.checkIn()).toBe(200);
    await everythingArrives();
  });
});
