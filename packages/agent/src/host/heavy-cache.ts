import { stat } from 'node:fs/promises';
import type { Clock } from '@beadle/shared';
import type { SourceResult } from './host.ts';
import type { Source } from './source.ts';

const DAY_MS = 86_400_000;

interface Kept {
  readonly at: number;
  readonly fingerprint: string;
  readonly result: SourceResult;
}

async function fingerprintOf(paths: readonly string[]): Promise<string> {
  const stats = paths.map((path) =>
    stat(path).then(
      ({ mtimeMs, size }) => `${mtimeMs}:${size}`,
      () => '-',
    ),
  );
  return (await Promise.all(stats)).join(' ');
}

interface Deps {
  readonly clock: Clock;
  readonly onMainsPower: () => Promise<boolean>;
}

/** What an answer that is asked for now will be kept under. */
export interface Ticket {
  readonly at: number;
  readonly fingerprint: string;
}

/**
 * Keeps the answers of heavy sources while nothing that they depend on has changed. On battery an answer of the last
 * day serves even where something has: on mains it is asked again. Held in memory only, so that a start knows nothing.
 */
export function createHeavyCache({ clock, onMainsPower }: Deps) {
  const kept = new Map<string, Kept>();
  /** The answer that still serves, or a ticket to keep the next one under. */
  async function recall({ id, heavy }: Source): Promise<{ readonly result: SourceResult } | Ticket> {
    const fingerprint = heavy === undefined ? '' : await fingerprintOf(heavy.changesWith);
    const old = kept.get(id);
    // By the wall clock, which runs on while a laptop sleeps; a clock set back counts as a day passed.
    const isOfToday = old !== undefined && clock.now() >= old.at && clock.now() - old.at < DAY_MS;
    if (isOfToday && (old.fingerprint === fingerprint || !(await onMainsPower()))) return { result: old.result };
    return { at: clock.now(), fingerprint };
  }
  function keep({ id, heavy }: Source, ticket: Ticket, result: SourceResult): void {
    if (heavy === undefined) return;
    if (result.kind === 'output' && result.exitCode === 0) kept.set(id, { ...ticket, result });
    else kept.delete(id);
  }
  return {
    recall,
    keep,
    async through(source: Source, ask: () => Promise<SourceResult>): Promise<SourceResult> {
      const recalled = await recall(source);
      if ('result' in recalled) return recalled.result;
      const result = await ask();
      keep(source, recalled, result);
      return result;
    },
  };
}
