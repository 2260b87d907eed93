import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import SQLite from 'better-sqlite3';
import { codeOf, StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';
import { lockFolder } from './lock.ts';
import { fileOf, requireDatabase } from './open.ts';
import { isPostgres } from '../db/open.ts';

/** More than a council opens between two backups. */
const REFERENCES_LEFT_OUT = 1000;

export interface CopyOptions {
  readonly force?: boolean | undefined;
}

const sync = (path: string): void => {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
};

/** Opens a database that must be whole; throws a `StartError` that names the file where it is not. */
function openWhole(path: string): SQLite.Database {
  let database: SQLite.Database | undefined;
  try {
    database = new SQLite(path, { readonly: true, fileMustExist: true });
    const result: unknown = database.pragma('integrity_check', { simple: true });
    const known = database.prepare("select count(*) from sqlite_schema where name = 'organisations'").pluck().get();
    if (result !== 'ok' || known !== 1) throw new Error(String(result));
    return database;
  } catch (cause) {
    database?.close();
    throw new StartError(
      `${path} is not a whole database of Beadle (${codeOf(cause) ?? 'its check failed'}): choose another file.`,
      { cause },
    );
  }
}

/** Copies under a name beside the goal, checks the copy, and moves it there in one step. */
async function copyWhole(source: SQLite.Database, goal: string): Promise<void> {
  const temporary = join(dirname(goal), `.${basename(goal)}.part`);
  try {
    await source.backup(temporary);
    chmodSync(temporary, 0o600);
    const copy = new SQLite(temporary);
    // One file without companions, which can be carried anywhere.
    copy.pragma('journal_mode = DELETE');
    copy.close();
    openWhole(temporary).close();
    sync(temporary);
    renameSync(temporary, goal);
    sync(dirname(goal));
  } catch (error) {
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(`${temporary}${ending}`, { force: true });
    throw error;
  }
}

/** PostgreSQL's own tools copy it as it works, whole and checked, to any version that follows; there is no better here. */
function refusePostgres(settings: Settings, instead: string): void {
  if (!isPostgres(settings.database)) return;
  const words = `${settings.databaseName} is backed up and restored by PostgreSQL's own tools: ${instead}. The signing keys in ${settings.keysFolder} are in neither.`;
  throw new StartError(words, { exitCode: 2 });
}

/** Copies the database while the server works. */
export async function backup(settings: Settings, io: CommandIo, file: string, { force }: CopyOptions): Promise<number> {
  refusePostgres(settings, 'run `pg_dump --format=custom`');
  requireDatabase(settings);
  const goal = resolve(io.workingFolder, file);
  if (existsSync(goal) && force !== true)
    throw new StartError(`${file} exists already: choose another name, or add --force to replace it.`);
  const source = openWhole(fileOf(settings));
  try {
    await copyWhole(source, goal);
  } finally {
    source.close();
  }
  print(
    io.stdout,
    `Backed up to ${file}, and checked.`,
    `The signing keys are not in it: keep ${settings.keysFolder} safe elsewhere. Without them every device must be enrolled again.`,
  );
  return 0;
}

/** Puts a backup in the place of the database; what was there is kept beside it. */
export async function restore(
  settings: Settings,
  io: CommandIo,
  file: string,
  { force }: CopyOptions,
): Promise<number> {
  refusePostgres(settings, 'run `pg_restore` into an empty database, then `beadle-server references skip`');
  const source = openWhole(resolve(io.workingFolder, file));
  try {
    const lock = lockFolder(settings.database, `A server is using ${settings.database}: stop it, then restore.`);
    try {
      await replace(settings, source, force === true);
    } finally {
      lock.release();
    }
  } finally {
    source.close();
  }
  print(
    io.stdout,
    `Restored ${file} into ${settings.database}.`,
    `The signing keys are not in a backup: the ones in ${settings.keysFolder} are used. Devices that have sent more since then send it again.`,
    `References of breaches go on ${REFERENCES_LEFT_OUT} higher, so that none is given twice.`,
    'What was ended since the backup is valid again: revoke tokens and end sessions that must not be.',
  );
  return 0;
}

async function replace(settings: Settings, source: SQLite.Database, force: boolean): Promise<void> {
  const goal = fileOf(settings);
  if (existsSync(goal) && !force) {
    throw new StartError(
      `There is a database in ${settings.database} already: add --force to replace it; it will be kept as beadle.db.replaced.`,
    );
  }
  for (const ending of ['', '-wal', '-shm']) {
    rmSync(`${goal}.replaced${ending}`, { force: true });
    if (existsSync(`${goal}${ending}`)) renameSync(`${goal}${ending}`, `${goal}.replaced${ending}`);
  }
  await copyWhole(source, goal);
  leaveGap(goal);
}

/**
 * References were given out since the backup and stand in people's mail: a gap is left, so that none is given twice. A
 * gap can be seen, a reference that means two things cannot.
 */
function leaveGap(path: string): void {
  const database = new SQLite(path);
  try {
    database.prepare("update counters set value = value + ? where name like 'breaches-%'").run(REFERENCES_LEFT_OUT);
  } finally {
    database.close();
  }
}
