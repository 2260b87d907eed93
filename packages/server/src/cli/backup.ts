import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import SQLite from 'better-sqlite3';
import { verifyChains } from '../carry/chains.ts';
import { verifyAudits } from '../carry/relations.ts';
import { codeOf, StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print } from './io.ts';
import { lockFolder } from './lock.ts';
import { fileOf, requireDatabase } from './open.ts';
import { openDatabase } from '../db/open.ts';
import { isPostgres } from '../settings-addresses.ts';
import { referencesSkip } from './references.ts';

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

/** What both ends of a backup are held against by people. */
function countsIn(database: SQLite.Database): string {
  const count = (of: string) => Number(database.prepare(`select count(*) from ${of}`).pluck().get());
  const told = { devices: 'devices', findings: 'findings', breaches: 'breaches', acts: 'audit' };
  return Object.entries(told)
    .map(([words, of]) => `${count(of).toLocaleString('en-GB')} ${words}`)
    .join(', ');
}

/**
 * All pages at once: SQLite begins a copy anew where another process writes between two parts of it
 * (https://sqlite.org/c3ref/backup_finish.html), and a server that is busy writes all the time. It is not held up.
 */
const ALL_PAGES = 0x7fffffff;

/** Copies under a name beside the goal, checks the copy, and moves it there in one step; gives what is in it, in words. */
async function copyWhole(source: SQLite.Database, goal: string): Promise<string> {
  const temporary = join(dirname(goal), `.${basename(goal)}.part`);
  try {
    await source.backup(temporary, { progress: () => ALL_PAGES });
    chmodSync(temporary, 0o600);
    const copy = new SQLite(temporary);
    // One file without companions, which can be carried anywhere.
    copy.pragma('journal_mode = DELETE');
    copy.close();
    const checked = openWhole(temporary);
    const counts = countsIn(checked);
    checked.close();
    sync(temporary);
    renameSync(temporary, goal);
    sync(dirname(goal));
    return counts;
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
  let counts: string;
  try {
    counts = await copyWhole(source, goal);
  } finally {
    source.close();
  }
  print(
    io.stdout,
    `Backed up to ${file}, and checked: ${counts}.`,
    `The signing keys are not in it: keep what \`beadle-server keys export\` writes elsewhere. Without them every device must be enrolled again.`,
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
  let [counts, broken]: [string, readonly string[]] = ['', []];
  try {
    const lock = lockFolder(settings.database, `A server is using ${settings.database}: stop it, then restore.`);
    try {
      counts = await replace(settings, source, force === true);
      broken = await leaveGap(settings, io);
    } finally {
      lock.release();
    }
  } finally {
    source.close();
  }
  print(
    io.stdout,
    `Restored ${file} into ${settings.database}: ${counts}.`,
    `The signing keys are not in a backup: the ones in ${settings.keysFolder} are used. Devices that have sent more since then send it again.`,
    'What was ended since the backup is valid again: revoke tokens and end sessions that must not be.',
  );
  if (broken.length === 0) {
    print(io.stdout, 'Every record of a device and every audit log was followed to its head: all are intact.');
    return 0;
  }
  print(io.stderr, `It is not as it was written: ${broken.join('; ')}.`);
  return 1;
}

async function replace(settings: Settings, source: SQLite.Database, force: boolean): Promise<string> {
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
  return copyWhole(source, goal);
}

/** Leaves references out, and follows what is chained; gives each place that does not fit, in words. */
async function leaveGap(settings: Settings, io: CommandIo): Promise<string[]> {
  const database = openDatabase(settings.database);
  try {
    await referencesSkip(database.db, io);
    const [chains, audits] = [await verifyChains(database.db), await verifyAudits(database.db)];
    return [...chains.broken, ...audits.broken];
  } finally {
    await database.close();
  }
}
