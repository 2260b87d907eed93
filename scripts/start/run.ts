import type { ChildProcess } from 'node:child_process';
import { stop } from './processes.ts';

const STOP_WITHIN_MS = 15_000;
/** A process group gets the first signal twice. */
const SAME_SIGNAL_MS = 1_000;

function untilSignalled(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (first !== undefined && Date.now() - first > SAME_SIGNAL_MS) process.exit(1);
      first ??= Date.now();
      controller.abort();
    });
  }
  return controller.signal;
}

/** What keeps running until a signal; it puts each program that it starts into `running`, the first to be stopped first. */
export type Work = (running: ChildProcess[], signal: AbortSignal) => Promise<unknown>;

/** Works until a signal comes, then stops what runs; the exit code. Only what fails by itself is told. */
export async function runUntilSignalled(work: Work): Promise<number> {
  const signal = untilSignalled();
  const running: ChildProcess[] = [];
  const signalled = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([work(running, signal), signalled]);
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    for (const child of running) await stop(child, STOP_WITHIN_MS);
  }
}
