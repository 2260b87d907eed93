import { Worker } from 'node:worker_threads';
import type { KeptDevice } from './device.ts';
import type { ThreadPlayed } from './play.ts';
import type { FromWorker, Share } from './worker.ts';

export interface ThreadEvents {
  readonly enrolled: () => void;
  readonly back: () => void;
}

export interface Thread {
  /** The devices, once all of them are enrolled. Rejects with the words of what is wrong. */
  readonly ready: Promise<readonly KeptDevice[]>;
  /** Starts the clock; gives what came of it. */
  go(): Promise<{ readonly played: ThreadPlayed; readonly devices: readonly KeptDevice[] }>;
  stop(): Promise<unknown>;
}

/** A thread of its own for a share of the devices, so that one core's signatures do not hold up another's. */
export function startThread(share: Share, events: ThreadEvents): Thread {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: share });
  const ready = Promise.withResolvers<readonly KeptDevice[]>();
  const played = Promise.withResolvers<{ played: ThreadPlayed; devices: readonly KeptDevice[] }>();
  const fail = (error: Error) => {
    ready.reject(error);
    played.reject(error);
  };
  // Whoever waits for one of the two hears of it there.
  ready.promise.catch(() => undefined);
  played.promise.catch(() => undefined);
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('a thread has ended before its time')));
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') ready.resolve(message.devices);
    else if (message.kind === 'played') played.resolve(message);
    else if (message.kind === 'failed') fail(new Error(message.words));
    else events[message.kind]();
  });
  return {
    ready: ready.promise,
    go: () => {
      worker.postMessage('go');
      return played.promise;
    },
    stop: () => worker.terminate(),
  };
}
