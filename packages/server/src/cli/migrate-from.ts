import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Carried, carryOver } from '../carry/carry.ts';
import { openDatabase } from '../db/open.ts';
import { isPostgres } from '../settings-addresses.ts';
import { openSqliteToRead } from '../db/sqlite.ts';
import { StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type CommandIo, print, table } from './io.ts';
import { lockFolder } from './lock.ts';

function requireEnds({ database }: Settings, folder: string): void {
  if (!isPostgres(database)) {
    throw new StartError(
      `A folder is carried over into PostgreSQL: set BEADLE_SERVER_DATABASE to its address instead of ${database}.`,
      { exitCode: 2 },
    );
  }
  if (existsSync(join(folder, 'beadle.db'))) return;
  throw new StartError(`There is no database in ${folder}: give the folder that holds beadle.db.`);
}

/**
 * `migrate --from`: carries the SQLite database in `from` over into the one that the settings name. No server may use the
 * folder, and nothing in its database is changed.
 */
export async function migrateFrom(settings: Settings, io: CommandIo, from: string): Promise<number> {
  const folder = resolve(io.workingFolder, from);
  requireEnds(settings, folder);
  const lock = lockFolder(folder, `A server is using ${folder}: stop it, then carry over.`);
  try {
    const source = openSqliteToRead(folder);
    const target = openDatabase(settings.database, { connections: settings.databaseConnections });
    try {
      const ends = [
        { db: source, name: folder },
        { db: target.db, name: settings.databaseName },
      ] as const;
      const carried = await carryOver(...ends, (line) => print(io.stderr, line));
      print(io.stdout, ...wordsOf(carried, settings, folder), ...besides(settings, folder));
    } finally {
      await source.destroy();
      await target.close();
    }
  } finally {
    lock.release();
  }
  return 0;
}

function wordsOf({ tables, mended, chains, audits }: Carried, settings: Settings, folder: string): string[] {
  const rows = tables.reduce((sum, { to }) => sum + to, 0);
  return [
    ...table([
      ['TABLE', 'SQLITE', 'POSTGRESQL'],
      ...tables.map(({ name, from, to }) => [name, String(from), String(to)]),
    ]),
    `Carried ${rows} rows in ${tables.length} tables over from ${folder} into ${settings.databaseName}: both ends are equal, row by row.`,
    `The records of ${chains} enrolments were followed finding by finding, and so were the audit logs: ${audits.join('; ')}.`,
    ...(mended === 0 ? [] : [`${mended} texts held what PostgreSQL cannot keep; U+FFFD stands in its place.`]),
  ];
}

const OF_THE_DATABASE = /^(beadle\.db(-wal|-shm)?|serving\.lock(-journal)?)$/;

/** What lies in the folder or beside it and is not in the database: it stays where it is, and a server needs some of it. */
function besides({ keysFolder }: Settings, folder: string): string[] {
  const others = readdirSync(folder).filter((name) => !OF_THE_DATABASE.test(name));
  return [
    existsSync(join(keysFolder, 'server-key.pem'))
      ? `The signing keys are those in ${keysFolder}: they must be the ones that the server of ${folder} had.`
      : `There are no signing keys in ${keysFolder}: set BEADLE_SERVER_KEYS_FOLDER to those that the server of ${folder} had (without another setting, ${folder}-keys). With others every device must be enrolled again.`,
    ...(others.length === 0 ? [] : [`Also in ${folder}, and not carried over: ${others.toSorted().join(', ')}.`]),
    `${folder} is as it was. Keep it until PostgreSQL has been backed up, and start no server on it again.`,
  ];
}
