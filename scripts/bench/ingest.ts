import { join } from 'node:path';
import { FINDINGS_PER_BATCH } from './ingest-findings.ts';
import { bareRounds, DEVICES, ROUND, type Round, serverRounds } from './ingest-rounds.ts';
import { median, print, progress } from './result.ts';

const BATCHES = ROUND * DEVICES;

const of = (rounds: readonly Partial<Round>[], what: keyof Round): number =>
  median(rounds.map((round) => round[what] ?? 0));

interface Measured {
  /** What the measurements' names begin with. */
  readonly name: string;
  readonly ours: readonly Round[];
  readonly bare: readonly Partial<Round>[];
  readonly reference: string;
}

/** How many batches, and findings, are taken in a second. */
export function printRates({ name, ours, bare, reference }: Measured): void {
  const [rate, bareRate] = [BATCHES / of(ours, 'seconds'), BATCHES / of(bare, 'seconds')];
  const note = `${DEVICES} devices, p50 ${of(ours, 'p50').toFixed(1)} ms, p99 ${of(ours, 'p99').toFixed(1)} ms`;
  print({ name: `${name}.batches`, value: rate, unit: 'batches/s', against: bareRate, reference, note });
  const [value, against] = [rate * FINDINGS_PER_BATCH, bareRate * FINDINGS_PER_BATCH];
  print({ name: `${name}.findings`, value, unit: 'findings/s', against, reference });
}

/** Ingest of 50-finding check-ins, beside SQLite alone with the same rows. */
export async function measureIngest(folder: string): Promise<void> {
  progress('server: ingest of batches of 50 findings');
  const ours = await serverRounds(join(folder, 'ingest'));
  const ends = [join(folder, 'ingest/server'), join(folder, 'bare')] as const;
  const bare = await bareRounds('ingest-bare.ts', ends, DEVICES);
  const per10k = 10_000 / (BATCHES * FINDINGS_PER_BATCH);
  const reference = 'better-sqlite3 alone, the same rows and transactions';
  print({
    name: 'server.ingest.processor',
    value: of(ours, 'processor') * per10k,
    unit: 's per 10,000 findings',
    against: of(bare, 'processor') * per10k,
    reference,
    targetRatio: 1.8,
  });
  printRates({ name: 'server.ingest', ours, bare, reference });
}
