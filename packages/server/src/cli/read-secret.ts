import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CommandIo } from './io.ts';

/** The first line of standard input; at a terminal it is asked for and not shown. Never an argument: those are seen by all. */
export async function readSecret({ stdin, stderr }: CommandIo, called: string): Promise<string> {
  const terminal = stdin.isTTY === true;
  if (terminal) stderr.write(`${called}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (terminal) stderr.write('\n');
  }
}
