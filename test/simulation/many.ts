import { Worker } from 'node:worker_threads';
import type { Outcome } from './run.ts';
import type { WorkerSetting } from './worker.ts';

export interface ManyOptions extends WorkerSetting {
  readonly first: number;
  readonly seeds: number;
  readonly workers: number;
  /** Ends with the first violation. */
  readonly untilFound?: boolean;
  readonly each?: (outcome: Outcome) => void;
}

export interface Many {
  readonly seeds: number;
  readonly violations: readonly Outcome[];
  readonly counts: Readonly<Record<string, number>>;
}

function add(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [what, count] of Object.entries(more)) counts[what] = (counts[what] ?? 0) + count;
}

/** Runs seeds one after the other, spread over threads. */
export async function runMany({ first, seeds, workers, mutant, untilFound = false, each }: ManyOptions): Promise<Many> {
  const counts: Record<string, number> = {};
  const violations: Outcome[] = [];
  let [next, ran] = [first, 0];
  const isOver = () => next >= first + seeds || (untilFound && violations.length > 0);
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: mutant === undefined ? {} : { mutant },
        // A fault is planted into the source text, whose types Node still says it strips by an experiment.
        execArgv: ['--disable-warning=ExperimentalWarning'],
      });
      worker.on('error', reject).on('exit', () => resolve());
      worker.on('message', (message: Outcome | 'ready') => {
        if (message !== 'ready') {
          ran += 1;
          add(counts, message.counts);
          if (message.violation !== undefined) violations.push(message);
          each?.(message);
        }
        worker.postMessage(isOver() ? 'end' : next++);
      });
    });
  await Promise.all(Array.from({ length: workers }, work));
  return { seeds: ran, violations: violations.toSorted((a, b) => a.seed - b.seed), counts };
}
