import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Engine, isEngine, type OpenEngine, openEngine } from './engine.ts';
import { createMeter } from './heap.ts';
import { attackServer, type Options, type Outcome } from './run.ts';

const HELP = `Usage: npm run hostile -- [--requests N] [--seed S] [--only I] [--database D]

Attacks the whole server: every endpoint that it declares, as anybody, as every role of two councils, and as the owner of
a laptop who can sign anything. Prints what was answered, the memory that was in use, and one JSON line at the end.

  --requests N   how many requests; 100000 where it is left out
  --seed S       fires the same requests again; made up and shown where it is left out
  --only I       fires request I of the seed alone
  --database D   sqlite (also where it is left out), or postgres: starts one of its own and ends it

Ctrl-C ends it after the request at hand; what was fired until then is judged.

Exit 0: nothing was found; 1: something was; 2: the arguments are wrong.`;

interface Arguments {
  readonly seed: string;
  readonly requests: number;
  readonly only: number | undefined;
  readonly database: Engine;
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

function readArguments(args: readonly string[]): Arguments | 'help' | undefined {
  const text = { type: 'string' } as const;
  try {
    const options = {
      requests: text,
      seed: text,
      only: text,
      database: text,
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help === true) return 'help';
    const requests = wholeNumber(values.requests ?? '100000');
    const only = wholeNumber(values.only);
    if (requests === undefined || requests === 0 || (values.only !== undefined && only === undefined)) return undefined;
    const { database = 'sqlite' } = values;
    if (!isEngine(database)) return undefined;
    const seed = values.seed ?? randomBytes(4).toString('hex');
    return { seed, requests: only === undefined ? requests : 1, only, database };
  } catch {
    return undefined;
  }
}

const statusesOf = (statuses: ReadonlyMap<number, number>): string =>
  [...statuses]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status === 0 ? 'closed' : status}×${count}`)
    .join(' ');

function showTable({ table }: Outcome): void {
  const byKind = new Map<string, Map<number, number>>();
  for (const [endpoint, kinds] of [...table].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`\n${endpoint}`);
    for (const [kind, statuses] of kinds) {
      console.log(`  ${kind.padEnd(36)} ${statusesOf(statuses)}`);
      const all = byKind.get(kind) ?? new Map<number, number>();
      for (const [status, count] of statuses) all.set(status, (all.get(status) ?? 0) + count);
      byKind.set(kind, all);
    }
  }
  console.log('\nOver all endpoints');
  for (const [kind, statuses] of byKind) console.log(`  ${kind.padEnd(36)} ${statusesOf(statuses)}`);
}

function showViolations({ violations }: Outcome, { seed, database }: Arguments): void {
  for (const { index, endpoint, kind, caller, fault, shot } of violations) {
    console.log(`\nFOUND ${fault}\n  ${endpoint}, ${kind}, ${caller}`);
    if (index >= 0) console.log(`  npm run hostile -- --seed ${seed} --database ${database} --only ${index}`);
    if (shot !== '') console.log(`  ${shot}`);
  }
}

async function attackWith(engine: OpenEngine, options: Options): Promise<Outcome> {
  try {
    return await attackServer({ ...options, database: engine.database });
  } finally {
    await engine.stop();
  }
}

async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  if (given === 'help' || given === undefined) {
    console.log(HELP);
    return given === 'help' ? 0 : 2;
  }
  const { seed, requests } = given;
  console.error(`Seed ${seed}: ${requests} requests on ${given.database}.`);
  const meter = createMeter(requests);
  const started = performance.now();
  const engine = await openEngine(given.database);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const { only } = given;
  const options = { seed, requests, only, progress: meter.after, signal: stop.signal };
  const outcome = await attackWith(engine, options);
  showTable(outcome);
  showViolations(outcome, given);
  const { endpoints, attacked, fired, slow, violations } = outcome;
  const seconds = Math.round((performance.now() - started) / 1000);
  const heap = meter.result();
  console.log(`\nHeap after a collection, in MB, at each twentieth: ${heap.megabytes.join(' ')}`);
  console.log(
    JSON.stringify({
      seed,
      database: given.database,
      endpoints,
      attacked,
      fired,
      slow,
      seconds,
      ...heap,
      found: violations.length,
    }),
  );
  return violations.length === 0 && !heap.grows ? 0 : 1;
}

// At once: what ends the PostgreSQL of a run would otherwise end this with 0.
process.exit(await main(process.argv.slice(2)));
