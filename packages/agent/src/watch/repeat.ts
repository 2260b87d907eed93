import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_WAIT_MS = 60_000;

/** Resolves after `ms`, or at once when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/**
 * Runs `attempt` again whenever it ends, until `signal` aborts: at once where it held for a minute, else after a wait
 * that doubles from one second to one minute.
 */
export async function keepTrying(attempt: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  let waitMs = 1000;
  while (!signal.aborted) {
    const from = performance.now();
    await attempt().catch(() => undefined);
    if (performance.now() - from > LONGEST_WAIT_MS) waitMs = 1000;
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}
