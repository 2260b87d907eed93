import type { SqliteDatabase } from 'kysely';
import { isPostgres } from '../settings-addresses.ts';
import type { OpenDatabase, Watching } from './database.ts';
import { openPostgres, type PostgresOptions } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface OpenOptions extends PostgresOptions, Watching {
  /** What each statement to SQLite passes, so that a simulation can make the disk fail between any two (invariant 13). */
  readonly through?: (database: SqliteDatabase) => SqliteDatabase;
}

/** Opens the database that `location` names (`BEADLE_SERVER_DATABASE`). PostgreSQL is asked when it is first used. */
export const openDatabase = (
  location: string,
  { plugins = [], log = [], through, ...options }: OpenOptions = {},
): OpenDatabase => {
  const watching = { plugins, log };
  return isPostgres(location) ? openPostgres(location, watching, options) : openSqlite(location, watching, through);
};
