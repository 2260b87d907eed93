import { type Fields, JsonLines } from './json-lines.ts';

/** QEMU's control (QMP): https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html */
export class Qmp {
  readonly #lines: JsonLines;
  #id = 0;

  private constructor(lines: JsonLines) {
    this.#lines = lines;
  }

  static async open(path: string): Promise<Qmp> {
    const qmp = new Qmp(await JsonLines.open(path));
    await qmp.ask('qmp_capabilities');
    return qmp;
  }

  async ask(execute: string, given: Fields = {}): Promise<unknown> {
    const id = (this.#id += 1);
    const answer = this.#lines.next((line) => line['id'] === id);
    this.#lines.send({ execute, arguments: given, id });
    const { error, return: value } = await answer;
    if (error !== undefined) throw new Error(`${execute}: ${JSON.stringify(error)}`);
    return value;
  }

  /** Resolves with the next event of this name that `isWanted`. Asked for before what causes it. */
  event(name: string, isWanted: (data: Fields) => boolean = () => true): Promise<Fields> {
    return this.#lines.next((line) => line['event'] === name && isWanted((line['data'] ?? {}) as Fields));
  }

  close(): void {
    this.#lines.close();
  }
}
