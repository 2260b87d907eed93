import { join } from 'node:path';
import { run, start, stop } from '../start/processes.ts';
import { openCouncil } from './council.ts';
import { FINDINGS_PER_BATCH } from './ingest-findings.ts';
import { type Driver, linesOf } from './lines.ts';
import { processorSeconds } from './proc.ts';
import { median, print, progress } from './result.ts';

const DEVICES = 8;
/** Batches of each device: until the code is compiled, then as often as is measured. */
const WARM_UP = 60;
const ROUND = 100;
const ROUNDS = 3;

interface Round {
  /** Processor seconds. */
  readonly processor: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

async function roundOf(load: Driver, server: number, from: number, to: number): Promise<Round> {
  const before = processorSeconds(server);
  const { seconds = 0, p50 = 0, p99 = 0 } = await load.ask(JSON.stringify({ from, to }));
  return { processor: processorSeconds(server) - before, seconds, p50, p99 };
}

/** The server takes the batches of several devices over HTTP, which another process sends. */
async function serverRounds(folder: string): Promise<Round[]> {
  const council = await openCouncil(folder);
  const tokens: string[] = [];
  for (let at = 1; at <= DEVICES; at += 1) tokens.push(await council.tokenFor(`LOAD-${at}`));
  const plan = JSON.stringify({ origin: council.origin, tokens, batches: WARM_UP + ROUND * ROUNDS });
  const child = start({
    args: [join(import.meta.dirname, 'ingest-load.ts'), plan],
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const load = linesOf(child, 'the load');
    await load.next();
    const pid = council.server.pid ?? 0;
    await roundOf(load, pid, 0, WARM_UP);
    const rounds: Round[] = [];
    for (let at = 0; at < ROUNDS; at += 1)
      rounds.push(await roundOf(load, pid, WARM_UP + at * ROUND, WARM_UP + (at + 1) * ROUND));
    return rounds;
  } finally {
    await stop(child, 5_000);
    await council.stop();
  }
}

async function bareRounds(from: string, to: string): Promise<Pick<Round, 'processor' | 'seconds'>[]> {
  const shares = [WARM_UP, ...Array.from({ length: ROUNDS }, () => ROUND)].map((share) => String(share * DEVICES));
  const text = await run({ args: [join(import.meta.dirname, 'ingest-bare.ts'), from, to, ...shares] });
  return text
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Round);
}

/** Ingest of 50-finding check-ins, beside SQLite alone with the same rows. */
export async function measureIngest(folder: string): Promise<void> {
  progress('server: ingest of batches of 50 findings');
  const ours = await serverRounds(join(folder, 'ingest'));
  const bare = await bareRounds(join(folder, 'ingest/server'), join(folder, 'bare'));
  const batches = ROUND * DEVICES;
  const per10k = 10_000 / (batches * FINDINGS_PER_BATCH);
  const of = (rounds: readonly Partial<Round>[], what: keyof Round) => median(rounds.map((round) => round[what] ?? 0));
  const reference = 'better-sqlite3 alone, the same rows and transactions';
  const [rate, bareRate] = [batches / of(ours, 'seconds'), batches / of(bare, 'seconds')];
  const note = `${DEVICES} devices, p50 ${of(ours, 'p50').toFixed(1)} ms, p99 ${of(ours, 'p99').toFixed(1)} ms`;
  print({
    name: 'server.ingest.processor',
    value: of(ours, 'processor') * per10k,
    unit: 's per 10,000 findings',
    against: of(bare, 'processor') * per10k,
    reference,
    targetRatio: 2.2,
  });
  print({ name: 'server.ingest.batches', value: rate, unit: 'batches/s', against: bareRate, reference, note });
  const findings = FINDINGS_PER_BATCH;
  print({
    name: 'server.ingest.findings',
    value: rate * findings,
    unit: 'findings/s',
    against: bareRate * findings,
    reference,
  });
}
