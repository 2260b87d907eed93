import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
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

const onSqlite = (location: string): TestDatabase => {
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

async function onPostgres(url: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const copies = new Set<string>();
  const drop = (database: string) => onServer(url, `drop database if exists ${database} with (force)`);
  await onServer(url, `create database ${name} template ${TEMPLATE}`);
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

/** `folder` is the test's own; a SQLite database is made in it. */
export function testDatabase(folder: string): Promise<TestDatabase> {
  const postgres = inject('postgres');
  if (postgres === undefined) return Promise.resolve(onSqlite(join(folder, 'database')));
  if ('missing' in postgres) throw new Error(postgres.missing);
  return onPostgres(postgres.url);
}

/** True in the projects that run on PostgreSQL, for what only one engine can show. */
export const isOnPostgres = (): boolean => inject('postgres') !== undefined;
