import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../packages/server/src/app.ts';
import type { Db } from '../../../packages/server/src/db/database.ts';
import { openDatabase } from '../../../packages/server/src/db/open.ts';
import { inTransaction } from '../../../packages/server/src/db/transaction.ts';
import { loadKeys } from '../../../packages/server/src/keys/keys.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { createSignInCode } from '../../../packages/server/src/people/sign-in-codes.ts';
import { createToken } from '../../../packages/server/src/people/tokens.ts';
import { readSettings } from '../../../packages/server/src/settings.ts';
import { watchingRoutes } from '../../../test/hostile/endpoints.ts';
import { VIEWER } from './breach-row.ts';
import { watchQueries } from './queries.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => Math.random() };

/** As many requests a minute as a person may make are too few for a measurement: several people look. */
const VIEWERS = [VIEWER, 'Ann Officer', 'Bo Deputy', 'Cy Officer', 'Di Officer', 'Ed Officer'] as const;

const about = { organisation: ORGANISATION, role: 'administrator' } as const;

const tokenOf = (db: Db): Promise<string> =>
  inTransaction(db, async (tx) => {
    const wanted = { ...about, at: clock.now(), name: 'bench', expiresAt: null };
    return (await createToken(tx, wanted, random)).token;
  });

/** Signed in by a one-time code, as a browser would be. */
async function cookieOf(app: FastifyInstance, db: Db, name: string): Promise<string> {
  const wanted = { ...about, at: clock.now(), name };
  const { code } = await inTransaction(db, (tx) => createSignInCode(tx, wanted, random));
  const { headers } = await app.inject(`/sign-in/${code}`);
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

/** The real application over a database that has been filled, with people and a program that may read everything. */
export async function startServer(location: string, folder: string) {
  const environment = { BEADLE_SERVER_DATABASE: location, BEADLE_SERVER_ORGANISATION: 'Northmere Borough Council' };
  const settings = readSettings({ environment, workingFolder: folder });
  const queries = watchQueries();
  const database = openDatabase(location, { log: queries.log });
  const { db } = database;
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const log = pino({ level: 'silent' });
  const { made: app, endpoints } = await watchingRoutes(() =>
    createApp({ database, settings, keys, clock, random, log }),
  );
  await app.ready();
  const authorization = `Bearer ${await tokenOf(db)}`;
  const cookies: string[] = [];
  for (const name of VIEWERS) cookies.push(await cookieOf(app, db, name));
  const headersFor = (url: string, turn: number) =>
    url.startsWith('/api/') ? { authorization } : { cookie: cookies[turn % cookies.length] ?? '', accept: 'text/html' };
  return {
    app,
    db,
    endpoints,
    queries,
    /** As a program asks for what is for programs, and a person's browser for pages; `turn` says which person. */
    get: (url: string, turn: number) => app.inject({ url, headers: headersFor(url, turn) }),
    async close() {
      await app.close();
      await database.close();
    },
  };
}
export type PagesServer = Awaited<ReturnType<typeof startServer>>;
