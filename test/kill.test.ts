import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bodyHash, type ChainPosition, linkOf, START } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../packages/server/src/db/database.ts';
import { openDatabase } from '../packages/server/src/db/open.ts';
import { isOnPostgres } from './support/database.ts';
import { onServer, type RunningPostgres, startPostgres, takesConnections } from './support/postgres-server.ts';
import { answers, freePort, type Spawned, spawnNode, until } from './support/processes.ts';

/** How often each is killed: a few times here, `BEADLE_KILLS=200 npm test -- test/kill.test.ts` for the whole of it. */
const KILLS = Number(process.env['BEADLE_KILLS'] ?? (isOnPostgres() ? 2 : 6));
const MOST_BETWEEN_MS = 250;
const SERVER = 'packages/server/src/main.ts';
const AGENT = 'packages/agent/src/main.ts';

const POLICY = `beadlePolicy: 1
title: Sticks
organisation: Test Council
version: "1"
effectiveFrom: 2026-11-01
reviewBy: 2027-11-01
reportTo: information-security-team-leader
rules:
  - { id: sticks, clause: "1", says: No sticks., check: removable-media, require: { allow: none }, severity: low, mode: report, duty: ict }
`;

let folder: string;
let postgres: RunningPostgres | undefined;
let database: string;
let env: Record<string, string>;
let origin: string;
let server: Spawned;
let device: Spawned;

const ledger = () => join(folder, 'ledger');
const ledgerSize = () => (existsSync(ledger()) ? statSync(ledger()).size : 0);

async function startServer(): Promise<void> {
  server = spawnNode([SERVER, 'serve'], env);
  await until('the server', () => answers(`${origin}/health/ready`));
}

/** Starts the device and waits until it makes findings. */
async function startDevice(): Promise<void> {
  const before = ledgerSize();
  device = spawnNode(['test/support/stream.ts', join(folder, 'device'), ledger()]);
  await until('the first finding', () => ledgerSize() > before || device.child.exitCode !== null);
}

async function kill({ child, ended }: Spawned): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** One of the database's own processes for the server; it then ends the others itself, and recovers. */
async function killBackend(url: string): Promise<void> {
  const backends =
    "select pid from pg_stat_activity where application_name = 'beadle-server' order by random() limit 1";
  const [backend] = await onServer(url, backends);
  if (backend !== undefined) process.kill(Number(backend['pid']), 'SIGKILL');
  await until('the recovery', () => takesConnections(url));
}

async function onDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const { db, close } = openDatabase(database);
  try {
    return await work(db);
  } finally {
    await close();
  }
}

function onDevice<T>(work: (outbox: SQLite.Database) => T): T {
  const outbox = new SQLite(join(folder, 'device/outbox.db'), { readonly: true });
  try {
    return work(outbox);
  } finally {
    outbox.close();
  }
}

const acknowledged = (): number =>
  onDevice((outbox) =>
    outbox
      .prepare<[], number>('select coalesce(max(sequence), 0) from outbox where acked_at is not null')
      .pluck()
      .get(),
  ) ?? 0;

/**
 * Kills what holds the findings, and starts it again. What it holds then is held against what the device had been told it
 * has, before the device can send anything again; gives how many of those are gone.
 */
async function killStore(end: () => Promise<void>, begin: () => Promise<void>): Promise<number> {
  await end();
  device.child.kill('SIGSTOP');
  const told = acknowledged();
  await begin();
  const held = await onDatabase((db) =>
    db
      .selectFrom('findings')
      .select((row) => row.fn.max('sequence').as('last'))
      .executeTakeFirstOrThrow(),
  );
  device.child.kill('SIGCONT');
  return Math.max(0, told - (held.last ?? 0));
}

/** Gives how many findings were lost that had been acknowledged. */
async function killOne(who: string): Promise<number> {
  const { url, end, begin } = postgres ?? { url: '', end: undefined, begin: undefined };
  if (who === 'server') return killStore(() => kill(server), startServer);
  if (who === 'database' && end !== undefined && begin !== undefined) return killStore(() => end('killed'), begin);
  if (who === 'backend')
    return killStore(
      () => killBackend(url),
      () => Promise.resolve(),
    );
  await kill(device);
  await startDevice();
  return 0;
}

async function output(args: string[], extra: Record<string, string> = {}): Promise<string> {
  const run = spawnNode(args, extra);
  const code = await run.ended;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${run.output().stderr}`);
  return run.output().stdout.trim();
}

async function post(
  token: string,
  path: string,
  body: unknown,
  type = 'application/json',
): Promise<Record<string, string>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: text,
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-kill-'));
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  // Its own, with everything on that keeps what it has said it keeps.
  postgres = isOnPostgres() ? await startPostgres() : undefined;
  if (postgres !== undefined) await onServer(postgres.url, 'create database beadle');
  database = postgres === undefined ? join(folder, 'server') : `${postgres.url}beadle`;
  env = {
    BEADLE_SERVER_DATABASE: database,
    BEADLE_SERVER_KEYS_FOLDER: join(folder, 'keys'),
    BEADLE_SERVER_MAIL_FOLDER: join(folder, 'mail'),
    BEADLE_SERVER_PORT: String(port),
    BEADLE_SERVER_LOG_FILE: join(folder, 'server.log'),
  };
  await startServer();
  const token = await output([SERVER, 'token', 'create', '--role', 'administrator', '--name', 'test'], env);
  await post(token, '/api/v1/policies', POLICY, 'application/yaml');
  await post(token, '/api/v1/devices', { assetTag: 'DBC-1' });
  const enrolment = await post(token, '/api/v1/devices/DBC-1/enrolment-tokens', {});
  await output([
    AGENT,
    'enrol',
    '--server',
    origin,
    '--token',
    enrolment['token'] ?? '',
    '--data',
    join(folder, 'device'),
  ]);
});

afterEach(async () => {
  await Promise.all([kill(device), kill(server)]);
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

async function whatArrived() {
  const { rows, breach } = await onDatabase(async (db) => ({
    rows: await db.selectFrom('findings').select(['device', 'sequence', 'link', 'body']).orderBy('sequence').execute(),
    breach: await db
      .selectFrom('breaches')
      .select((row) => [row.fn.sum<number>('count').as('count'), row.fn.countAll<number>().as('breaches')])
      .executeTakeFirstOrThrow(),
  }));
  let previous: ChainPosition = START;
  const broken = rows.filter((row) => {
    const link = linkOf({
      previous: previous.link,
      device: row.device,
      generation: 1,
      sequence: previous.sequence + 1,
      bodyHash: bodyHash(row.body ?? new Uint8Array()),
    });
    const follows = row.sequence === previous.sequence + 1 && row.link === link;
    previous = row;
    return !follows;
  });
  const numbers = rows.map(
    ({ body }) => (JSON.parse(Buffer.from(body ?? []).toString()) as { observed: { number: number } }).observed.number,
  );
  return { numbers, broken: broken.length, breach };
}

const KILLED = isOnPostgres() ? ['device', 'server', 'database', 'backend'] : ['device', 'server'];

describe(`${KILLED.join(', ')} killed at random moments`, () => {
  it(
    `loses nothing and doubles nothing over ${KILLS} kills of each`,
    async () => {
      await startDevice();
      const order = KILLED.flatMap((who) => Array<string>(KILLS).fill(who)).toSorted(() => Math.random() - 0.5);
      let acknowledgedLost = 0;
      for (const who of order) {
        await delay(Math.random() * MOST_BETWEEN_MS);
        acknowledgedLost += await killOne(who);
      }
      device.child.kill('SIGTERM');
      expect({ code: await device.ended, stderr: device.output().stderr }).toEqual({ code: 0, stderr: '' });
      const written = readFileSync(ledger(), 'utf8').trimEnd().split('\n').map(Number);
      const kept = onDevice((outbox) => outbox.prepare<[], string>('select link from outbox').pluck().all().length);
      const { numbers, broken, breach } = await whatArrived();
      const missing = written.filter((number) => !new Set(numbers).has(number));
      const counts = {
        killsOfEach: KILLS,
        killed: KILLED.join(' '),
        written: written.length,
        kept,
        arrived: numbers.length,
        acknowledgedLost,
        missing: missing.length,
        twice: numbers.length - new Set(numbers).size,
        broken,
        breachCount: breach.count,
      };
      console.log(JSON.stringify(counts));
      const nothing = { acknowledgedLost: 0, missing: 0, twice: 0, broken: 0 };
      expect(counts).toMatchObject({ ...nothing, arrived: kept, breachCount: kept });
      // A finding that was kept when the agent died before it could write its number down.
      expect(kept - written.length).toBeLessThanOrEqual(KILLS);
      expect(breach.breaches).toBe(1);
    },
    60_000 + KILLS * 15_000,
  );
});
