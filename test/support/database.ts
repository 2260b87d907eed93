import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { onServer, TEMPLATE } from './postgres-server.ts';

/** A database of a test's own, on the engine that the test's project is for. */
export interface TestDatabase {
  /** What `BEADLE_SERVER_DATABASE` would be. */
  readonly location: string;
  /** Keeps a copy of it as it is now; nobody may be using it, but for a SQLite that has been checkpointed. */
  copy(name: string): Promise<void>;
  /** Puts a copy in its place; nobody may be using it. */
  restore(name: string): Promise<void>;
  drop(): Promise<void>;
}

/** `location` is a file that need not be there. */
export const onSqlite = (location: string): TestDatabase => {
  const copies = join(dirname(location), 'copies');
  return {
    location,
    async copy(name) {
      mkdirSync(copies, { recursive: true });
      cpSync(location, join(copies, name), { recursive: true });
    },
    async restore(name) {
      rmSync(location, { recursive: true });
      cpSync(join(copies, name), location, { recursive: true });
    },
    drop: async () => rmSync(location, { recursive: true, force: true }),
  };
};

/** `url` is that of a server with a template (postgres-server.ts). */
export async function onPostgres(url: string, template: string = TEMPLATE): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const copies = new Set<string>();
  const drop = (database: string) => onServer(url, `drop database if exists ${database} with (force)`);
  await onServer(url, `create database ${name} template ${template}`);
  return {
    location: `${url}${name}`,
    async copy(copy) {
      copies.add(`${name}_${copy}`);
      await onServer(url, `create database ${name}_${copy} template ${name}`);
    },
    async restore(copy) {
      await drop(name);
      await onServer(url, `create database ${name} template ${name}_${copy}`);
    },
    drop: async () => {
      for (const database of [name, ...copies]) await drop(database);
    },
  };
}

let migrated: Promise<string> | undefined;

/** A migrated SQLite, made once by each process that runs tests, that each test's own is a copy of. */
async function makeSqlite(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-template-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const location = join(folder, 'database');
  const { db, close } = openDatabase(location);
  await migrate(db);
  await close();
  return location;
}

/** `folder` is the test's own; a SQLite database is made in it. Either has been migrated. */
export async function testDatabase(folder: string): Promise<TestDatabase> {
  const postgres = inject('postgres');
  if (postgres === undefined) {
    migrated ??= makeSqlite();
    cpSync(await migrated, join(folder, 'database'), { recursive: true });
    return onSqlite(join(folder, 'database'));
  }
  if ('missing' in postgres) throw new Error(postgres.missing);
  return onPostgres(postgres.url);
}

/** A database of PostgreSQL with nothing in it, in the projects that have one. */
export function emptyPostgres(): Promise<TestDatabase> {
  const postgres = inject('postgres');
  if (postgres === undefined || 'missing' in postgres) throw new Error(postgres?.missing ?? 'this project has none');
  return onPostgres(postgres.url, 'template1');
}

/** True in the projects that run on PostgreSQL, for what only one engine can show. */
export const isOnPostgres = (): boolean => inject('postgres') !== undefined;
