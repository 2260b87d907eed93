import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Compared, compare } from '../../test/support/acknowledged.ts';
import { onServer } from '../../test/support/postgres-server.ts';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { whySkipped } from '../debian-packages.ts';
import { enrolDevice, type KeptDevice, wakeDevice } from '../fleet/device.ts';
import { foundWhileAway } from '../fleet/findings.ts';
import type { Result } from '../fleet/result.ts';
import { type Council, openCouncil } from './council.ts';
import { print, progress } from './result.ts';
import { type Cluster, startCluster } from './patroni.ts';
import { STARTS, startFleet } from './storm-run.ts';

const DEVICES = 400;
const DAYS_AWAY = 30;
const PER_DAY = 5;
const WITHIN_SECONDS = 30;
const TRY_EVERY_MS = 200;
/** `ttl` in docs/several-servers/patroni.yml. */
const TIME_TO_LIVE_SECONDS = 20;

/** A device that checks in again and again; gives when it was acknowledged, in milliseconds of `performance`. */
function checkingIn(kept: KeptDevice, origin: string) {
  const transport = createTransport(origin, { timeLimitMs: 5_000 });
  const device = wakeDevice(kept, transport);
  const stop = new AbortController();
  const at: number[] = [];
  const run = (async () => {
    while (!stop.signal.aborted) {
      device.keep(foundWhileAway({ days: 0, perDay: 1, now: Date.now() }), '2026.1');
      if ((await device.checkIn(stop.signal)).acknowledged) at.push(performance.now());
      await delay(TRY_EVERY_MS);
    }
    while (device.pending() > 0)
      if (!(await device.checkIn(new AbortController().signal)).acknowledged) await delay(TRY_EVERY_MS);
  })();
  return {
    async since(moment: number): Promise<number> {
      for (;;) {
        const found = at.find((each) => each > moment);
        if (found !== undefined) return found;
        await delay(TRY_EVERY_MS);
      }
    },
    async end(): Promise<KeptDevice> {
      stop.abort();
      await run;
      await transport.close();
      return device.sleep();
    },
  };
}

/** A fleet that comes back; `seconds` are from its beginning to its end. */
function returning(council: Council, keep: string) {
  const child = startFleet(council, { devices: DEVICES, within: WITHIN_SECONDS, backlog: DAYS_AWAY, keep });
  const { promise: begun, resolve } = Promise.withResolvers<number>();
  if (child.stderr === null || child.stdout === null) throw new Error('the fleet could not be started');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface({ input: child.stderr }).on('line', (line) => {
    progress(line);
    if (STARTS.test(line)) resolve(performance.now());
  });
  const ended = once(child, 'close').then(async () => {
    if (output === '') throw new Error('the fleet has ended without a result');
    return { result: JSON.parse(output) as Result, seconds: (performance.now() - (await begun)) / 1000 };
  });
  return { begun: Promise.race([begun, ended]), ended };
}

/** Without the records no device is enrolled. */
async function record({ client }: Council): Promise<void> {
  const none = 'none: a measurement';
  const was = await client.call<object>('GET', '/api/v1/organisation');
  const records = { dpiaReference: none, staffToldOn: '2026-11-01', consultationRecord: none };
  await client.call('PUT', '/api/v1/organisation', { ...was, ...records });
}

interface Killed {
  /** In milliseconds of `performance`. */
  readonly at: number;
  /** In milliseconds, until another said that it is the primary. */
  readonly promotedAfter: Promise<number>;
}

/** The one that is killed is the primary, a third of the storm in. */
async function killInTheMiddle(cluster: Cluster): Promise<Killed> {
  await delay((WITHIN_SECONDS * 1000) / 3);
  const before = await cluster.members();
  const at = performance.now();
  const gone = await cluster.killPrimary();
  progress(`killed ${gone} of ${rolesOf(before)}`);
  const isOther = ({ name, role }: { name: string; role: string }) => role === 'leader' && name !== gone;
  const promotedAfter = (async () => {
    while (!(await cluster.members()).some(isOther)) await delay(TRY_EVERY_MS);
    return performance.now() - at;
  })();
  return { at, promotedAfter };
}

const rolesOf = (members: Awaited<ReturnType<Cluster['members']>>): string =>
  members.map(({ name, role }) => `${name}: ${role}`).join(', ');

async function askingDevice(council: Council) {
  const { origin: server } = council;
  const serialNumber = 'ASKING';
  const token = await council.tokenFor(serialNumber);
  const transport = createTransport(server);
  const kept = await enrolDevice({ server, token, serialNumber, transport });
  await transport.close();
  return checkingIn(kept, server);
}

function printLost({ acknowledged, kept, different }: Compared, errors: number, seconds: number): void {
  print({
    name: 'failover.lost',
    value: acknowledged - kept,
    unit: 'findings',
    against: acknowledged,
    reference: 'acknowledged to devices, by what they hold',
    target: 0,
    note: `${different.length} chains differ; ${errors} devices never done; all done after ${Math.round(seconds)} s`,
  });
}

async function storm(cluster: Cluster, council: Council, database: string): Promise<void> {
  await record(council);
  const asking = await askingDevice(council);
  const keep = join(council.folder, 'fleet');
  const fleet = returning(council, keep);
  await fleet.begun;
  const { at: killedAt, promotedAfter } = await killInTheMiddle(cluster);
  const { result, seconds } = await fleet.ended;
  const again = await asking.since(killedAt + 1_000);
  const promoted = ((await promotedAfter) / 1000).toFixed(1);
  const devices = JSON.parse(readFileSync(join(keep, 'fleet.json'), 'utf8')) as KeptDevice[];
  print({
    name: 'failover.check-ins-again',
    value: (again - killedAt) / 1000,
    unit: 's after the primary was killed',
    against: TIME_TO_LIVE_SECONDS,
    reference: 'the time to live of the primary in docs/several-servers/patroni.yml',
    note: `another was the primary after ${promoted} s; ${DEVICES} devices, ${DAYS_AWAY * PER_DAY} findings each, within ${WITHIN_SECONDS} s; then ${rolesOf(await cluster.members())}`,
  });
  printLost(await compare(database, [...devices, await asking.end()]), result.errors, seconds);
}

async function measure(folder: string): Promise<void> {
  const cluster = await startCluster(folder);
  try {
    await onServer(cluster.url, 'create database beadle');
    const database = `${cluster.url}beadle`;
    const council = await openCouncil(join(folder, 'server'), { database });
    try {
      await storm(cluster, council, database);
    } finally {
      await council.stop();
    }
  } finally {
    await cluster.stop();
  }
}

/** The primary of a PostgreSQL under Patroni is killed in the middle of a storm. */
export async function measureFailover(folder: string): Promise<void> {
  const why = whySkipped('postgresql', 'haproxy', 'patroni', 'etcd-server');
  if (why !== undefined) {
    progress(`skipped: failover: ${why}`);
    return;
  }
  const own = join(folder, 'failover');
  mkdirSync(own, { recursive: true });
  for (const path of [folder, own]) chmodSync(path, 0o711);
  await measure(own);
}
