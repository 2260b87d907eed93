import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate, setTimeout as timeout } from 'node:timers/promises';
import type { Clock, Random } from '@beadle/shared';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../packages/server/src/app.ts';
import type { OpenDatabase } from '../../packages/server/src/db/database.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { loadKeys } from '../../packages/server/src/keys/keys.ts';
import { LOG_OPTIONS } from '../../packages/server/src/log.ts';
import { readSettings } from '../../packages/server/src/settings.ts';
import { seededRandom } from '../support/clock.ts';
import { testDatabase } from '../support/database.ts';
import { type Endpoint, watchingRoutes } from './endpoints.ts';
import type { Answer, Shot } from './shot.ts';

/** The real application on a real database file, whose log is read line by line. */
export interface Server {
  readonly app: FastifyInstance;
  readonly database: OpenDatabase;
  readonly endpoints: readonly Endpoint[];
  readonly folder: string;
  readonly clock: Clock & { time: number };
  readonly random: Random;
  /** Of the server's own: what no answer and no line of the log may hold. */
  readonly secrets: readonly string[];
  readonly mailFolder: string;
  /** Rejects where no answer comes: a request that hangs. */
  fire(shot: Shot, remoteAddress?: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Far longer than any request takes on a busy machine: at it, a request hangs. */
const HANGS_MS = 60_000;

function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} was not answered in ${HANGS_MS / 1000} s`)), HANGS_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/**
 * Attacker and server share one process: what the one makes of 40 MB keeps the other from its sockets, who then sends
 * devices away for a moment, rightly. Nothing is learnt from that, so it is waited out.
 */
async function atEase(app: FastifyInstance): Promise<void> {
  await immediate();
  while (app.isUnderPressure()) await timeout(20);
}

function fireAt(app: FastifyInstance) {
  return async ({ method, url, headers, payload }: Shot, remoteAddress = '127.0.0.1'): Promise<Answer> => {
    const request = { method, url, headers, remoteAddress, ...(payload === undefined ? {} : { payload }) };
    await within(atEase(app), 'the server');
    const answer = await within(app.inject(request as InjectOptions), `${method} ${url.slice(0, 200)}`);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  };
}

/** The keys as their files have them, and in the other spellings in which they could get out. */
function secretsIn(folder: string, tokenKey: Uint8Array): string[] {
  const pem = readFileSync(join(folder, 'server-key.pem'), 'utf8').split('\n')[1] ?? '';
  const bytes = Buffer.from(tokenKey);
  return [pem, bytes.toString('hex'), bytes.toString('base64url'), bytes.toString('base64').slice(0, 42)];
}

export interface Starting {
  readonly seed: string;
  readonly onLog: (line: string) => void;
  /** Makes the database that is attacked; the one of the test's project where it is left out. */
  readonly database?: typeof testDatabase | undefined;
}

export async function startServer({ seed, onLog, database: make = testDatabase }: Starting): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-hostile-'));
  const mailFolder = join(folder, 'mail');
  const kept = await make(folder);
  const environment = { BEADLE_SERVER_DATABASE: kept.location, BEADLE_SERVER_MAIL_FOLDER: mailFolder };
  const settings = readSettings({ environment, workingFolder: folder });
  const begin = Date.parse('2026-11-23T09:00:00Z');
  const clock = { time: begin, now: () => clock.time, monotonic: () => clock.time - begin };
  const random = seededRandom(`hostile-${seed}`);
  const database = openDatabase(settings.database);
  await migrate(database.db);
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const log = pino({ ...LOG_OPTIONS, level: 'info' }, { write: onLog });
  const { made: app, endpoints } = await watchingRoutes(() =>
    createApp({ database, settings, keys, clock, random, log }),
  );
  await app.ready();
  app.jobs.start();
  return {
    app,
    database,
    endpoints,
    folder,
    clock,
    random,
    secrets: secretsIn(settings.keysFolder, keys.tokenKey),
    mailFolder,
    fire: fireAt(app),
    close: async () => {
      await app.close();
      await database.close();
      await kept.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
