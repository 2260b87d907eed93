import { setTimeout as delay } from 'node:timers/promises';
import { createTransport, type Transport } from '../../packages/agent/src/uplink/transport.ts';
import { type Streamed, watchStreams } from './streams.ts';

export interface Watched extends Transport {
  /** The status of the last answer; 0 where there was none. */
  lastStatus(): number;
  /** Answers that said to come again later. */
  sentAway(): number;
  streamed(): Streamed;
}

const isLater = (status: number) => status === 503 || status === 429;

/** The agent's transport, seen from outside: one to itself, or a shared one, which stays open. */
export function watch(server: string, shared: Transport | undefined): Watched {
  const inner = shared ?? createTransport(server);
  const { stream, told } = watchStreams(inner);
  let last = 0;
  let away = 0;
  return {
    stream,
    streamed: told,
    async send(request, signal) {
      last = 0;
      const response = await inner.send(request, signal);
      last = response.status;
      if (isLater(last)) away += 1;
      return response;
    },
    close: () => (shared === undefined ? inner.close() : Promise.resolve()),
    lastStatus: () => last,
    sentAway: () => away,
  };
}

/** Sends again what the server has no time for, when it says; for enrolments, which an agent leaves to a person. */
export const patient = (inner: Transport): Transport => ({
  async send(request, signal) {
    for (;;) {
      const response = await inner.send(request, signal);
      if (!isLater(response.status)) return response;
      await delay(1000 * (Number(response.headers['retry-after']) || 1), undefined, { signal });
    }
  },
  close: () => inner.close(),
});
