import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase } from '../db/open.ts';
import { isPostgres } from '../settings-addresses.ts';
import { StartError } from '../errors.ts';
import { ensureOrganisation } from '../organisation/store.ts';
import type { Settings } from '../settings.ts';
import type { CommandIo } from './io.ts';

export interface OpenedDatabase {
  readonly database: OpenDatabase;
  readonly migrated: readonly string[];
}

/** Opens the database, making it where there is none, and brings it up to date. */
export async function openMigrated(settings: Settings, io: CommandIo): Promise<OpenedDatabase> {
  const { databaseConnections: connections, databaseDirect: direct } = settings;
  const database = openDatabase(settings.database, { connections, ...(direct === null ? {} : { direct }) });
  try {
    const migrated = await migrate(database.db);
    await ensureOrganisation(database.db, { name: settings.organisation, at: io.clock.now() });
    return { database, migrated };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Runs `work` on the database and closes it, whatever comes. */
export async function withDatabase<T>(
  settings: Settings,
  io: CommandIo,
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const { database } = await openMigrated(settings, io);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

export const fileOf = (settings: Settings): string => join(settings.database, 'beadle.db');

/** Throws where there is no database yet: what only reads makes none. PostgreSQL's own answer says it if there is none. */
export function requireDatabase(settings: Settings): void {
  if (isPostgres(settings.database) || existsSync(fileOf(settings))) return;
  throw new StartError(
    `There is no database in ${settings.database}: set BEADLE_SERVER_DATABASE to the folder that holds it.`,
  );
}
