import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Random } from '@beadle/shared';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import type { CallerRole } from '../../src/access.ts';
import { type AppDeps, createApp } from '../../src/app.ts';
import type { Db, OpenDatabase } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { loadKeys, type ServerKeys } from '../../src/keys/keys.ts';
import { LOG_OPTIONS } from '../../src/log.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { createToken } from '../../src/people/tokens.ts';
import { readSettings, type Settings } from '../../src/settings.ts';

import { seededRandom } from '../../../../test/support/clock.ts';
import { testDatabase } from '../../../../test/support/database.ts';

export { seededRandom };

export interface FakeClock extends Clock {
  /** Milliseconds since the epoch. */
  time: number;
  pass(milliseconds: number): void;
}

export function fakeClock(start = '2026-06-04T08:32:00Z'): FakeClock {
  const begin = Date.parse(start);
  const clock: FakeClock = {
    time: begin,
    now: () => clock.time,
    monotonic: () => clock.time - begin,
    pass: (milliseconds) => {
      clock.time += milliseconds;
    },
  };
  return clock;
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly db: Db;
  readonly database: OpenDatabase;
  readonly settings: Settings;
  readonly keys: ServerKeys;
  readonly clock: FakeClock;
  readonly random: Random;
  /** Everything that was logged, one object a line. */
  readonly logged: Record<string, unknown>[];
  /** A bearer token of a role, straight into the database. */
  token(role: CallerRole, name?: string): Promise<string>;
  /** `inject` with a token of the role. */
  as(role: CallerRole, request: InjectOptions): Promise<Awaited<ReturnType<FastifyInstance['inject']>>>;
  close(): Promise<void>;
}

/** The real application on a real database file; `environment` as the process would have it, and `file` its settings. */
export async function startTestServer(
  environment: Record<string, string> = {},
  file?: string,
  more: Pick<AppDeps, 'connectors'> = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-server-'));
  const kept = await testDatabase(folder);
  const settings = readSettings({
    environment: { BEADLE_SERVER_DATABASE: kept.location, ...environment },
    workingFolder: folder,
    file,
  });
  const [clock, random, logged] = [fakeClock(), seededRandom(), [] as Record<string, unknown>[]];
  const log = pino({ ...LOG_OPTIONS, level: 'debug' }, { write: (line) => logged.push(JSON.parse(line)) });
  const database = openDatabase(settings.database);
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const app = await createApp({ database, settings, keys, clock, random, log, ...more });
  await app.ready();
  const token = async (role: CallerRole, name: string = role) => {
    const made = { organisation: ORGANISATION, role, name, expiresAt: null, at: clock.now() };
    const created = await database.db.transaction().execute((tx) => createToken(tx, made, random));
    return created.token;
  };
  return {
    app,
    db: database.db,
    database,
    settings,
    keys,
    clock,
    random,
    logged,
    token,
    as: async (role, request) =>
      app.inject({ ...request, headers: { ...request.headers, authorization: `Bearer ${await token(role)}` } }),
    close: async () => {
      await app.close();
      await database.close();
      await kept.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
