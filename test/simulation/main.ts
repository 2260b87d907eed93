import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runMany } from './many.ts';
import { MUTANTS } from './mutants.ts';

const USAGE = `Usage: npm run simulate -- [OPTIONS]

Agents, a server, the network between, clocks and disks under one seed, in one process; after each run every
invariant is checked from both ends.

  --seeds N     how many seeds to run (1000)
  --seed S      the first seed (1); with --seeds 1 it replays one
  --mutants     plants known faults, one at a time, and tells how many seeds find each (of at most N)
  --mutant M    only the faults whose name holds this text
  --workers N   threads (as many as there are processors)
  --help        this text

Exit code 0: no violation, or every planted fault found. 1: a violation. 2: used wrongly.
The last line on standard output is JSON.`;

interface Options {
  readonly seeds: number;
  readonly first: number;
  readonly workers: number;
  readonly mutant: string;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} must be a whole number, not ${text}\n\n${USAGE}\n`);
  process.exit(2);
}

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
};

async function seeds({ seeds: wanted, first, workers }: Options): Promise<boolean> {
  let done = 0;
  const {
    seeds: ran,
    violations,
    counts,
  } = await runMany({
    first,
    seeds: wanted,
    workers,
    each: ({ seed, violation }) => {
      done += 1;
      progress(`${done} of ${wanted} seeds`);
      if (violation !== undefined)
        console.log(`seed ${seed}: ${violation}\n  again: npm run simulate -- --seeds 1 --seed ${seed}`);
    },
  });
  progress('');
  console.log(
    JSON.stringify({ simulation: 'seeds', first, seeds: ran, violations: violations.length, happened: counts }),
  );
  return violations.length === 0;
}

async function mutants({ seeds: most, first, workers, mutant }: Options): Promise<boolean> {
  const table: { fault: string; seeds: number | null }[] = [];
  console.log('seeds  planted fault and what gave it away');
  for (const { name } of MUTANTS.filter((one) => one.name.includes(mutant))) {
    progress(name);
    const { violations } = await runMany({ first, seeds: most, workers, mutant: name, untilFound: true });
    progress('');
    const [found] = violations;
    table.push({ fault: name, seeds: found === undefined ? null : found.seed - first + 1 });
    const words = found?.violation?.split('\n')[0]?.slice(0, 140) ?? `not found in ${most} seeds`;
    console.log(`${String(table.at(-1)?.seeds ?? '-').padStart(5)}  ${name}: ${words}`);
  }
  console.log(JSON.stringify({ simulation: 'mutants', table }));
  return table.every((row) => row.seeds !== null);
}

const options = {
  seeds: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  workers: { type: 'string' },
  mutants: { type: 'boolean' },
  mutant: { type: 'string', default: '' },
  help: { type: 'boolean' },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help === true) return (console.log(USAGE), 0);
  const asked = {
    seeds: wholeNumber('seeds', values.seeds),
    first: wholeNumber('seed', values.seed),
    mutant: values.mutant,
    workers: values.workers === undefined ? availableParallelism() : wholeNumber('workers', values.workers),
  };
  return (await (values.mutants === true || values.mutant !== '' ? mutants(asked) : seeds(asked))) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
