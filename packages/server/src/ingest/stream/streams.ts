import { type Clock, type Signer, STREAM_BEAT_SECONDS } from '@beadle/shared';
import type { ServerResponse } from 'node:http';
import type { Db } from '../../db/database.ts';
import type { Log } from '../../log.ts';
import type { Announcements } from '../../orders/desired-state/announce.ts';
import { behind } from '../../orders/desired-state/behind.ts';
import type { Ordered } from '../../orders/desired-state/change.ts';
import { currentDocument } from '../../orders/desired-state/document.ts';
import { beat, type Connection, cutOff, end, send } from './connection.ts';

interface StreamsDeps {
  readonly db: Db;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly announcements: Announcements;
  /** How many may be connected at a time. */
  readonly most: number;
}

export interface Opening extends Ordered {
  readonly generation: number;
  readonly response: ServerResponse;
}

/** The devices that are connected to this process, each once. */
export interface Streams {
  readonly isFull: (of: Ordered) => boolean;
  /** Writes the current document, and each that follows; takes the place of the device's connection before. */
  readonly open: (opening: Opening) => Promise<void>;
  readonly count: () => number;
  /** What the timer does each second: beats where one is due. */
  readonly tick: () => void;
  /** Looks for what was not heard of. */
  readonly look: () => Promise<void>;
  readonly close: () => void;
}

const SECOND_MS = 1000;
/** Earlier than promised: a beat that is due is written within a second. */
const BEAT_AFTER_MS = (STREAM_BEAT_SECONDS - 5) * SECOND_MS;
/** How often it is looked for what was not announced, or not heard. */
const LOOK_EVERY_MS = 10 * SECOND_MS;

const keyOf = ({ organisation, device }: Ordered): string => `${organisation}\n${device}`;

export function createStreams({ db, signer, clock, log, announcements, most }: StreamsDeps): Streams {
  const connections = new Map<string, Connection>();
  const failed = (err: unknown) => log.warn({ err }, 'what a device is ordered could not be read');

  const forget = (connection: Connection): void => {
    const key = keyOf(connection);
    if (connections.get(key) === connection) connections.delete(key);
  };

  const bring = async (connection: Connection): Promise<void> => {
    const { organisation, device } = connection;
    const current = await currentDocument(db, { organisation, id: device }, signer);
    if (current === undefined || current.generation !== connection.generation) end(connection);
    else if (current.document !== undefined) send(connection, current.version, current.document, clock.monotonic());
  };

  const heard = (of: Ordered): void => {
    const connection = connections.get(keyOf(of));
    if (connection !== undefined) bring(connection).catch(failed);
  };

  const look = async (): Promise<void> => {
    if (connections.size === 0) return;
    for (const { version, ...of } of await behind(db))
      if ((connections.get(keyOf(of))?.sent ?? version) < version) heard(of);
  };

  const tick = (): void => {
    const now = clock.monotonic();
    for (const connection of connections.values())
      if (now - connection.writtenAt >= BEAT_AFTER_MS) beat(connection, now);
  };

  const stopListening = announcements.listen(heard, () => void look().catch(failed));
  const timers = [setInterval(tick, SECOND_MS), setInterval(() => void look().catch(failed), LOOK_EVERY_MS)];
  for (const timer of timers) timer.unref();

  return {
    isFull: (of) => connections.size >= most && !connections.has(keyOf(of)),
    async open({ response, ...of }) {
      const connection: Connection = { ...of, response, sent: 0, writtenAt: clock.monotonic() };
      const before = connections.get(keyOf(of));
      connections.set(keyOf(of), connection);
      if (before !== undefined) end(before);
      response.once('close', () => forget(connection));
      response.on('error', () => cutOff(connection));
      await bring(connection).catch(failed);
    },
    count: () => connections.size,
    tick,
    look,
    close() {
      stopListening();
      for (const timer of timers) clearInterval(timer);
      for (const connection of connections.values()) end(connection);
    },
  };
}
