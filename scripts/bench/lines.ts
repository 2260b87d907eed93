import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that prints a JSON object a line, and takes a line for each but the first. */
export interface Driver {
  readonly child: ChildProcess;
  readonly pid: number;
  next(): Promise<Readonly<Record<string, number>>>;
  ask(line: string): Promise<Readonly<Record<string, number>>>;
}

export function linesOf(child: ChildProcess, name: string): Driver {
  const { stdin, stdout, pid } = child;
  if (stdin === null || stdout === null || pid === undefined) throw new Error(`${name} could not be started`);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${name} has ended`);
    return JSON.parse(value) as Record<string, number>;
  };
  const ask = (line: string) => {
    stdin.write(`${line}\n`);
    return next();
  };
  return { child, pid, next, ask };
}
