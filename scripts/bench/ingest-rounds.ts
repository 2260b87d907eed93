import { join } from 'node:path';
import { run, start, stop } from '../start/processes.ts';
import { openCouncil } from './council.ts';
import { type Driver, linesOf } from './lines.ts';
import { processorSeconds } from './proc.ts';

export const DEVICES = 8;
/** Batches of each device: until the code is compiled, then as often as is measured. */
const WARM_UP = 60;
export const ROUND = 100;
const ROUNDS = 3;

export interface Round {
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
export async function serverRounds(folder: string, database?: string): Promise<Round[]> {
  const council = await openCouncil(folder, { database });
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

/** What `script` says of the same rows, without the warm-up; `together` is how many devices' batches it counts as one share. */
export async function bareRounds(
  script: string,
  [from, to]: readonly [string, string],
  together: number,
): Promise<Partial<Round>[]> {
  const shares = [WARM_UP, ...Array.from({ length: ROUNDS }, () => ROUND)].map((share) => String(share * together));
  const text = await run({ args: [join(import.meta.dirname, script), from, to, ...shares] });
  return text
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Partial<Round>);
}
