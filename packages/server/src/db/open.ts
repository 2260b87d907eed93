import type { KyselyPlugin } from 'kysely';
import type { OpenDatabase } from './database.ts';
import { openPostgres, type PostgresOptions } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface OpenOptions extends PostgresOptions {
  readonly plugins?: KyselyPlugin[];
}

/** What a setting of the database names: an address of PostgreSQL, or else a folder for SQLite. */
export const isPostgres = (location: string): boolean => /^postgres(ql)?:/.test(location);

/** Opens the database that `location` names (`BEADLE_SERVER_DATABASE`). PostgreSQL is asked when it is first used. */
export const openDatabase = (location: string, { plugins = [], ...options }: OpenOptions = {}): OpenDatabase =>
  isPostgres(location) ? openPostgres(location, plugins, options) : openSqlite(location, plugins);
