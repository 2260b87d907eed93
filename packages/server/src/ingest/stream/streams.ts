import type { ServerResponse } from 'node:http';
import { type Clock, type Signer, STREAM_BEAT_SECONDS } from '@beadle/shared';
import type { Db } from '../../db/database.ts';
import type { Log } from '../../log.ts';
import type { Announcements } from '../../orders/desired-state/announce.ts';
import { behind } from '../../orders/desired-state/behind.ts';
import type { Ordered } from '../../orders/desired-state/raise.ts';
import { currentDocument } from '../../orders/desired-state/document.ts';
import { beat, type Connection, cutOff, end, send } from './connection.ts';

interface StreamsOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly announcements: Announcements;
  /** How many may be connected at a time. */
  readonly most: number;
}

interface Opening extends Ordered {
  readonly generation: number;
  readonly response: ServerResponse;
  /** Of the key that this device holds to. */
  readonly signer: Signer;
}

const SECOND_MS = 1000;
/** Earlier than promised: what is due is written within the second, also by a process that is busy. */
const BEAT_AFTER_MS = (STREAM_BEAT_SECONDS - 5) * SECOND_MS;
/** How often it is looked for what was not announced, or not heard. */
const LOOK_EVERY_MS = 10 * SECOND_MS;
/** Documents that are read beside each other: a whole fleet's orders must not take every connection to the database. */
const READING = 4;

const keyOf = ({ organisation, device }: Ordered): string => `${organisation}\n${device}`;

/** The devices that are connected to this process, each once, from its start to its `close`. */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #connections = new Map<string, Connection>();
  /** Those whose document is to be read, once each however often it changed. */
  readonly #due = new Set<string>();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #stopListening: () => void;
  #reading = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
    const look = () => void this.look();
    this.#stopListening = options.announcements.listen((of) => this.#heard(of), look);
    this.#timers = [setInterval(() => this.tick(), SECOND_MS), setInterval(look, LOOK_EVERY_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Whether there is no place for this device; one that comes again has its own. */
  isFull(of: Ordered): boolean {
    return this.#connections.size >= this.#options.most && !this.#connections.has(keyOf(of));
  }

  /** Writes the current document, and each that follows; takes the place of the device's connection before. */
  open({ response, signer, ...of }: Opening): void {
    const key = keyOf(of);
    const connection = { ...of, response, signer, sent: 0, writtenAt: this.#options.clock.monotonic() };
    const before = this.#connections.get(key);
    this.#connections.set(key, connection);
    if (before !== undefined) end(before);
    response.on('error', () => cutOff(connection));
    response.once('close', () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
    this.#heard(of);
  }

  /** What the timer does each second: beats where one is due. */
  tick(): void {
    const now = this.#options.clock.monotonic();
    for (const connection of this.#connections.values())
      if (now - connection.writtenAt >= BEAT_AFTER_MS) beat(connection, now);
  }

  /** Looks for what was not heard of. */
  async look(): Promise<void> {
    if (this.#connections.size === 0) return;
    try {
      for (const { version, ...of } of await behind(this.#options.db))
        if ((this.#connections.get(keyOf(of))?.sent ?? version) < version) this.#heard(of);
    } catch (error) {
      this.#warn(error);
    }
  }

  close(): void {
    this.#stopListening();
    for (const timer of this.#timers) clearInterval(timer);
    for (const connection of this.#connections.values()) end(connection);
  }

  #warn(error: unknown): void {
    this.#options.log.warn({ err: error }, 'what a device is ordered could not be read');
  }

  #heard(of: Ordered): void {
    const key = keyOf(of);
    if (!this.#connections.has(key)) return;
    this.#due.add(key);
    if (this.#reading < READING) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading += 1;
    for (const key of this.#due) {
      this.#due.delete(key);
      const connection = this.#connections.get(key);
      if (connection !== undefined) await this.#bring(connection).catch((error: unknown) => this.#warn(error));
    }
    this.#reading -= 1;
  }

  /** A key that has been replaced or revoked hears nothing more. */
  async #bring(connection: Connection): Promise<void> {
    const { db, clock } = this.#options;
    const { organisation, device: id, generation, signer } = connection;
    const current = await currentDocument(db, { organisation, id }, signer);
    if (current === undefined || current.isRevoked || current.generation !== generation) end(connection);
    else if (current.document !== undefined) send(connection, current.version, current.document, clock.monotonic());
  }
}
