import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onServer, startPostgres } from '../../test/support/postgres-server.ts';
import { runStorm, type Storm } from './storm-run.ts';

const HELP = `Usage: node scripts/bench/storm-table.ts [options]

A whole council comes back at once: starts a server as a process of its own, enrols a fleet with it, and prints what the return
took as rows of a table.

  --devices N    how many (2000)
  --within S     they come back within so many seconds (60)
  --backlog D    days for which each was away (30)
  --postgres     on a PostgreSQL of the npm package, as it is by default: with every commit on the disk (else SQLite)
  --heading      print the table's heading first
  --help
`;

const round = (value: number) => value.toFixed(0);

function rowOf(engine: string, { devices, within, backlog }: Wanted, storm: Storm): string {
  const { fleet, memory, sentAway, inHandMost } = storm;
  const accepted = `${fleet.devices - fleet.errors} of ${devices}`;
  const { before, peak, after } = memory;
  const cells = [
    engine,
    `${within} s, ${backlog} d`,
    accepted,
    fleet.findings,
    round(fleet.p50Ms),
    round(fleet.p99Ms),
    sentAway,
    inHandMost,
    `${round(before)} / ${round(peak)} / ${round(after)}`,
    round(storm.serverSeconds),
  ];
  return `| ${cells.join(' | ')} |`;
}

const HEADING = [
  '| database | return, away | accepted | findings | p50 ms | p99 ms | sent away | in hand at most | MiB before / peak / after | server processor s |',
  '|---|---|---|---|---|---|---|---|---|---|',
];

interface Wanted {
  readonly devices: number;
  readonly within: number;
  readonly backlog: number;
}

async function withDatabase<T>(isPostgres: boolean, work: (database: string | undefined) => Promise<T>): Promise<T> {
  if (!isPostgres) return work(undefined);
  const postgres = await startPostgres();
  try {
    await onServer(postgres.url, 'create database storm');
    return await work(`${postgres.url}storm`);
  } finally {
    await postgres.stop();
  }
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: { devices: text, within: text, backlog: text, postgres: flag, heading: flag, help: flag },
});
const numberOf = (given: string | undefined, otherwise: number) => (given === undefined ? otherwise : Number(given));

async function main(): Promise<void> {
  const wanted = {
    devices: numberOf(values.devices, 2000),
    within: numberOf(values.within, 60),
    backlog: numberOf(values.backlog, 30),
  };
  // On the checkout's own disk: a temporary folder is often memory, where nothing is ever synced.
  const build = join(import.meta.dirname, '../../.build');
  mkdirSync(build, { recursive: true });
  const folder = mkdtempSync(join(build, 'storm-'));
  const say = (words: string) => void process.stderr.write(`${words}\n`);
  try {
    const storm = await withDatabase(values.postgres, (database) => runStorm({ ...wanted, folder, database, say }));
    if (values.heading) console.log(HEADING.join('\n'));
    console.log(rowOf(values.postgres ? 'PostgreSQL' : 'SQLite', wanted, storm));
    process.exitCode = storm.fleet.errors === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.help) process.stdout.write(HELP);
else await main();
