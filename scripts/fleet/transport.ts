import { setTimeout as delay } from 'node:timers/promises';
import { createTransport, type Transport } from '../../packages/agent/src/uplink/transport.ts';

export interface Watched extends Transport {
  /** The status of the last answer; 0 where there was none. */
  lastStatus(): number;
  /** Answers that said to come again later. */
  sentAway(): number;
  /** Streams that were opened, those that took the place of one that had ended included. */
  streamsOpened(): number;
}

const isLater = (status: number) => status === 503 || status === 429;

/** Connections from one address to one port: fewer than there are ports for them, with those that are being ended. */
const FROM_ONE_ADDRESS = 10_000;

/** The address of this machine that the `index`th device calls a server on 127.0.0.1 from; undefined where it is elsewhere. */
export function sourceOf(server: string, index: number): string | undefined {
  if (new URL(server).hostname !== '127.0.0.1') return undefined;
  const at = Math.floor(index / FROM_ONE_ADDRESS) + 2;
  return `127.0.${Math.floor(at / 250)}.${at % 250}`;
}

/** The agent's transport, seen from outside: one to itself, or a shared one, which stays open. */
export function watch(server: string, shared: Transport | undefined, localAddress?: string): Watched {
  const inner = shared ?? createTransport(server, { localAddress });
  let last = 0;
  let away = 0;
  let opened = 0;
  const stream: Transport['stream'] = async (request, signal) => {
    const response = await inner.stream?.(request, signal);
    if (response === undefined) throw new Error('this transport holds no stream');
    if (response.status === 200) opened += 1;
    return response;
  };
  return {
    async send(request, signal) {
      last = 0;
      const response = await inner.send(request, signal);
      last = response.status;
      if (isLater(last)) away += 1;
      return response;
    },
    stream,
    close: () => (shared === undefined ? inner.close() : Promise.resolve()),
    lastStatus: () => last,
    sentAway: () => away,
    streamsOpened: () => opened,
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
