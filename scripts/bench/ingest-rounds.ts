import { join } from 'node:path';
import { run, start, stop } from '../start/processes.ts';
import { type Council, openCouncil } from './council.ts';
import { type Driver, linesOf } from './lines.ts';
import { processorSeconds } from './proc.ts';

export const DEVICES = 8;
/** Batches of each device: until the code is compiled, then as often as is measured. */
const WARM_UP = 60;
export const ROUND = 100;
export const ROUNDS = 3;

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

/** The devices, enrolled, in a process of their own; dealt out to the servers of the council. */
export async function startLoad(
  council: Council,
  batches: number,
): Promise<{ readonly load: Driver; readonly end: () => Promise<void> }> {
  const tokens: string[] = [];
  for (let at = 1; at <= DEVICES; at += 1) tokens.push(await council.tokenFor(`LOAD-${at}`));
  const origins = [council.origin, ...council.others.map(({ origin }) => origin)];
  const plan = JSON.stringify({ origins, tokens, batches });
  const args = [join(import.meta.dirname, 'ingest-load.ts'), plan];
  const child = start({ args, stdio: ['pipe', 'pipe', 'inherit'] });
  const load = linesOf(child, 'the load');
  await load.next();
  return { load, end: () => stop(child, 5_000) };
}

/** The server takes the batches of several devices over HTTP, which another process sends. */
export async function serverRounds(folder: string, database?: string): Promise<Round[]> {
  const council = await openCouncil(folder, { database });
  const { load, end } = await startLoad(council, WARM_UP + ROUND * ROUNDS);
  try {
    const pid = council.server.pid ?? 0;
    await roundOf(load, pid, 0, WARM_UP);
    const rounds: Round[] = [];
    for (let at = 0; at < ROUNDS; at += 1)
      rounds.push(await roundOf(load, pid, WARM_UP + at * ROUND, WARM_UP + (at + 1) * ROUND));
    return rounds;
  } finally {
    await end();
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
