import type { Command } from 'commander';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import { Problem, StartError } from '../errors.ts';
import { ORGANISATION } from '../organisation/store.ts';
import { erasePerson } from '../protection/erasure.ts';
import { exportPerson } from '../protection/export.ts';
import { type CommandIo, print } from './io.ts';

/** Whoever runs the command can read the database; in the audit log they stand under their own name. */
const callerFrom = (io: CommandIo): Caller => ({
  organisation: ORGANISATION,
  role: 'administrator',
  name: `cli:${io.user}`,
  via: 'session',
});

/** What refuses a request refuses a command in the same words. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Problem) throw new StartError(cause.message, { cause });
    throw cause;
  }
}

/** All that is held about a person, into a new file that only its owner reads. */
async function personExport(db: Db, io: CommandIo, account: string, file: string): Promise<number> {
  const path = resolve(io.workingFolder, file);
  const told = await refusing(() => exportPerson(callerFrom(io), account, { db, now: io.clock.now() }));
  const out = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST')
      throw new StartError(`${path} is there already: give a file that is not.`, { exitCode: 2 });
    throw error;
  });
  try {
    for await (const piece of told) await out.write(piece);
  } finally {
    await out.close();
  }
  print(io.stdout, `All that is held about ${account} is in ${path}.`);
  return 0;
}

async function personErase(db: Db, io: CommandIo, account: string, reason: string): Promise<number> {
  const asked = { account, reason };
  const done = await refusing(() => erasePerson(callerFrom(io), asked, { db, now: io.clock.now() }));
  const { pseudonym, findings, rows, left } = done;
  print(io.stdout, `Erased, and called ${pseudonym} from now on: ${findings} findings, ${rows} other entries.`);
  if (left.length > 0)
    print(io.stdout, `The findings of ${left.join(', ')} stay, as somebody else has held them, too.`);
  return 0;
}

/** The commands about what is held of one person. */
export function addPerson(
  program: Command,
  onDatabase: (work: (db: Db) => Promise<number>) => Promise<void>,
  io: CommandIo,
): void {
  const person = program.command('person').description('what is held about one person');
  person
    .command('export <ACCOUNT> <FILE>')
    .description('all that is held about them into a new file, which is on record')
    .action((account: string, file: string) => onDatabase((db) => personExport(db, io, account, file)));
  person
    .command('erase <ACCOUNT>')
    .description('erase them, unless a legal hold or something open keeps them; cannot be taken back')
    .requiredOption('--reason <WHY>', 'why; stands in the audit log')
    .action((account: string, { reason }: { reason: string }) =>
      onDatabase((db) => personErase(db, io, account, reason)),
    );
}
