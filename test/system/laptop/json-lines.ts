import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Fields = Readonly<Record<string, unknown>>;

/** A connection to a socket of QEMU on which both sides speak JSON, one object a line. */
export class JsonLines {
  readonly #socket: Socket;
  readonly #waiting = new Set<(line: Fields | undefined) => boolean>();
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (text: string) => this.#take(text));
    socket.on('close', () => this.#hand(undefined));
  }

  static async open(path: string): Promise<JsonLines> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new JsonLines(socket);
  }

  #take(text: string): void {
    // The guest's agent begins with a byte that is no text after it was asked to synchronise.
    const lines = (this.#rest + text).replaceAll(/[^\x20-\x7e\n]/g, '').split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines.filter((one) => one.trim() !== '')) this.#hand(JSON.parse(line) as Fields);
  }

  #hand(line: Fields | undefined): void {
    for (const take of this.#waiting) if (take(line)) this.#waiting.delete(take);
  }

  send(message: Fields): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** The next object that `isWanted`; rejects when the connection ends, or after `withinMs`. */
  async next(isWanted: (line: Fields) => boolean, withinMs = 60_000): Promise<Fields> {
    const { promise, resolve, reject } = Promise.withResolvers<Fields>();
    const take = (line: Fields | undefined) => {
      if (line === undefined) reject(new Error('the connection has ended'));
      else if (isWanted(line)) resolve(line);
      else return false;
      return true;
    };
    this.#waiting.add(take);
    const late = new AbortController();
    const failing = delay(withinMs, undefined, { signal: late.signal, ref: false }).then(
      () => reject(new Error(`no answer within ${withinMs / 1000} s`)),
      () => undefined,
    );
    try {
      return await promise;
    } finally {
      late.abort();
      await failing;
      this.#waiting.delete(take);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
