import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../packages/server/src/app.ts';
import type { Db, OpenDatabase } from '../../packages/server/src/db/database.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { loadKeys } from '../../packages/server/src/keys/keys.ts';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { createToken } from '../../packages/server/src/people/tokens.ts';
import { readSettings, type Settings } from '../../packages/server/src/settings.ts';
import type { World } from './clock.ts';
import { seededRandom } from './clock.ts';
import { type TestDatabase, testDatabase } from './database.ts';

/** A council's server: the real application on a real database file, reached without a socket. */
export interface Council {
  readonly folder: string;
  readonly settings: Settings;
  readonly db: () => Db;
  readonly app: () => FastifyInstance;
  /** A request with an administrator's token. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the form of the answer
  ask<T = unknown>(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT',
    url: string,
    payload?: unknown,
    type?: string,
  ): Promise<{ status: number; body: T }>;
  /** The notices that have been written, oldest first. */
  mail(): string[];
  /** Another server on the same database, as where several hosts serve one council; PostgreSQL only. */
  beside(): Promise<{ readonly app: FastifyInstance; readonly token: string }>;
  /** The administrator's token of `ask`. */
  token(): string;
  /** A copy of the database as it is now. */
  copy(name: string): Promise<void>;
  /** Puts the database back to a copy, as a restored backup would. */
  restore(name: string): Promise<void>;
  /** Stops the server and starts another on the same database and keys; `whileDown` happens between. */
  restart(whileDown?: () => void): Promise<void>;
  close(): Promise<void>;
}

async function openServer(
  settings: Settings,
  world: World,
  seed: string,
): Promise<{ app: FastifyInstance; database: OpenDatabase; token: string }> {
  const [clock, random] = [world.clock(), seededRandom(seed)];
  const database = openDatabase(settings.database);
  await migrate(database.db);
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const app = await createApp({ database, settings, keys, clock, random, log: pino({ level: 'silent' }) });
  await app.ready();
  const made = {
    organisation: ORGANISATION,
    role: 'administrator',
    name: 'test',
    expiresAt: null,
    at: clock.now(),
  } as const;
  const { token } = await database.db.transaction().execute((tx) => createToken(tx, made, random));
  return { app, database, token };
}

export interface CouncilOptions {
  /** Otherwise one of its own, on the engine of the test's project. */
  readonly database?: TestDatabase;
  readonly environment?: Readonly<Record<string, string>>;
  /** What its random numbers are made of, so that two servers on one database do not make the same ids. */
  readonly seed?: string;
}

export async function createCouncil(
  world: World,
  { database, environment: more, seed = 'server' }: CouncilOptions = {},
): Promise<Council> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-council-'));
  const kept = database ?? (await testDatabase(folder));
  const environment = {
    BEADLE_SERVER_DATABASE: kept.location,
    BEADLE_SERVER_MAIL_FOLDER: join(folder, 'mail'),
    ...more,
  };
  const settings = readSettings({ environment, workingFolder: folder });
  let starts = 1;
  let server = await openServer(settings, world, `${seed}-1`);
  const start = async () => {
    starts += 1;
    server = await openServer(settings, world, `${seed}-${starts}`);
  };
  const others: Awaited<ReturnType<typeof openServer>>[] = [];
  const stop = async () => {
    for (const { app, database: open } of [server, ...others.splice(0)]) {
      await app.close();
      await open.close();
    }
  };
  return {
    folder,
    settings,
    db: () => server.database.db,
    app: () => server.app,
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
    async ask<T>(method: InjectOptions['method'], url: string, payload?: unknown, type = 'application/json') {
      const headers = {
        authorization: `Bearer ${server.token}`,
        ...(payload === undefined ? {} : { 'content-type': type }),
      };
      const response = await server.app.inject({
        method: method ?? 'GET',
        url,
        headers,
        ...(payload === undefined ? {} : { payload: payload as string | object }),
      });
      return { status: response.statusCode, body: (response.body === '' ? undefined : response.json()) as T };
    },
    mail() {
      if (!existsSync(settings.mailFolder)) return [];
      const files = readdirSync(settings.mailFolder)
        .filter((name) => name.endsWith('.eml'))
        .toSorted();
      return files.map((name) => readFileSync(join(settings.mailFolder, name), 'utf8'));
    },
    async beside() {
      const other = await openServer(settings, world, `beside-${others.length}`);
      others.push(other);
      return other;
    },
    token: () => server.token,
    async copy(name) {
      server.database.checkpoint();
      // PostgreSQL copies only what nobody is using.
      if (server.database.engine === 'postgres') await stop();
      await kept.copy(name);
      if (server.database.engine === 'postgres') await start();
    },
    async restore(name) {
      await stop();
      await kept.restore(name);
      await start();
    },
    async restart(whileDown) {
      await stop();
      whileDown?.();
      await start();
    },
    async close() {
      await stop();
      await kept.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
