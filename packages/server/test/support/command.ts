import { Readable, Writable } from 'node:stream';
import type { CommandIo } from '../../src/cli/io.ts';
import { runCommand } from '../../src/cli/program.ts';
import type { Db } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { systemClock, systemRandom } from '../../src/system.ts';

interface Given extends Partial<Pick<CommandIo, 'environment' | 'clock' | 'random'>> {
  readonly workingFolder: string;
  readonly stdin?: string;
  /** Whether what it says of its progress is read at a terminal. */
  readonly isTerminal?: boolean;
}

/** One command of the server, in this process; gives its exit code and all that it wrote. */
export async function runServerCommand(args: readonly string[], { stdin = '', isTerminal, ...given }: Given) {
  const texts = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk, _encoding, done) => {
        texts[name] += String(chunk);
        done();
      },
    });
  const stderr = into('err');
  const exitCode = await runCommand(args, {
    stdin: Readable.from([stdin]),
    stdout: into('out'),
    stderr: isTerminal === undefined ? stderr : Object.assign(stderr, { isTTY: isTerminal }),
    environment: {},
    user: 'root',
    clock: systemClock,
    random: systemRandom,
    ...given,
  });
  return { exitCode, ...texts };
}

/** Looks into the database of a command, beside it, and closes it again. */
export async function withDatabase<T>(path: string, work: (db: Db) => Promise<T>): Promise<T> {
  const { db, close } = openDatabase(path);
  try {
    return await work(db);
  } finally {
    await close();
  }
}
