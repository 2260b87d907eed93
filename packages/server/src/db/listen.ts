import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';

export interface Heard {
  readonly heard: (payload: string) => void;
  /** What was said while nobody listened is lost: called each time that listening begins. */
  readonly missed: () => void;
  /** A pooler is between, which lets through what is said only where it keeps a connection for each session. */
  readonly pooled?: () => void;
}

/** Listens on a channel until the function that it gives is called. */
export type Listen = (channel: string, on: Heard) => () => void;

/** A connection on which nobody answers for longer is given up, and another is made. */
const ASK_EVERY_MS = 15_000;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** Resolves when the connection has broken, or `stopping` is aborted. */
async function hold(client: Client, broken: Promise<void>, stopping: AbortSignal): Promise<void> {
  const isBroken = broken.then(() => true);
  const stopped = new Promise<boolean>((resolve) => stopping.addEventListener('abort', () => resolve(true)));
  for (;;) {
    const pause = new AbortController();
    const waited = delay(ASK_EVERY_MS, false, { signal: AbortSignal.any([pause.signal, stopping]) }).catch(() => true);
    const isOver = await Promise.race([isBroken, stopped, waited]);
    pause.abort();
    if (isOver) return;
    await client.query('select 1');
  }
}

/** A pooler gives its client a key of its own to cancel by, not that of the process behind it. */
async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return 'processID' in client && client.processID !== rows[0]?.pid;
}

async function listenOnce(config: ClientConfig, channel: string, on: Heard, stopping: AbortSignal): Promise<void> {
  const client = new Client({ ...config, query_timeout: ASK_EVERY_MS });
  const { promise: broken, resolve } = Promise.withResolvers<void>();
  client.on('error', () => resolve());
  client.on('end', () => resolve());
  client.on('notification', ({ payload = '' }) => on.heard(payload));
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    if (await isPooled(client)) on.pooled?.();
    on.missed();
    await hold(client, broken, stopping);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A connection of its own, made anew as often as it breaks. Behind a pooler that shares connections nothing is heard: it says `pooled`. */
export const listenWith =
  (config: ClientConfig): Listen =>
  (channel, on) => {
    const stop = new AbortController();
    void (async () => {
      let wait = FIRST_WAIT_MS;
      while (!stop.signal.aborted) {
        const heard = { ...on, missed: () => ((wait = FIRST_WAIT_MS), on.missed()) };
        await listenOnce(config, channel, heard, stop.signal).catch(() => undefined);
        await delay(wait, undefined, { signal: stop.signal }).catch(() => undefined);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    })();
    return () => stop.abort();
  };
