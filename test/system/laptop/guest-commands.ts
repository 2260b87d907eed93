import { setTimeout as delay } from 'node:timers/promises';
import { type Fields, JsonLines } from './json-lines.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const text = (base64: unknown): string =>
  typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString('utf8') : '';

/** Debian's qemu-guest-agent inside, through its virtio port: https://www.qemu.org/docs/master/interop/qemu-ga-ref.html */
export class GuestCommands {
  readonly #lines: JsonLines;
  /** It knows no request numbers: one question at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(lines: JsonLines) {
    this.#lines = lines;
  }

  /** Resolves when the guest answers, however long it takes to start, within `withinMs`. */
  static async open(path: string, withinMs: number): Promise<GuestCommands> {
    const lines = await JsonLines.open(path);
    const end = Date.now() + withinMs;
    for (let id = Date.now(); ; id += 1) {
      const answer = lines.next((line) => line['return'] === id, 1_000);
      lines.send({ execute: 'guest-sync', arguments: { id } });
      const isThere = await answer.then(
        () => true,
        () => false,
      );
      if (isThere) return new GuestCommands(lines);
      if (Date.now() > end) throw new Error(`the guest did not answer within ${withinMs / 1000} s`);
    }
  }

  async #ask(execute: string, given: Fields = {}): Promise<unknown> {
    const asked = this.#last.then(async () => {
      // Late answers to the first calls are numbers.
      const answer = this.#lines.next((line) => 'error' in line || typeof line['return'] === 'object');
      this.#lines.send({ execute, arguments: given });
      const { error, return: value } = await answer;
      if (error !== undefined) throw new Error(`${execute}: ${JSON.stringify(error)}`);
      return value;
    });
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  /** Runs a shell command as root, to its end. */
  async run(command: string, input = ''): Promise<Ended> {
    const { pid } = (await this.#ask('guest-exec', {
      path: '/bin/sh',
      arg: ['-c', command],
      env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', 'HOME=/root'],
      'input-data': Buffer.from(input).toString('base64'),
      'capture-output': true,
    })) as { pid: number };
    for (;;) {
      const status = (await this.#ask('guest-exec-status', { pid })) as Fields;
      if (status['exited'] === true) {
        const code = typeof status['exitcode'] === 'number' ? status['exitcode'] : -1;
        return { code, stdout: text(status['out-data']), stderr: text(status['err-data']) };
      }
      await delay(50);
    }
  }

  /** What a shell command prints; throws where it fails. */
  async stdout(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, input);
    if (code !== 0) throw new Error(`in the guest: ${command}: ${code}: ${stderr}${stdout}`);
    return stdout.trim();
  }

  close(): void {
    this.#lines.close();
  }
}
