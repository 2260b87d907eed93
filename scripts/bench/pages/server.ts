import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { createApp } from '../../../packages/server/src/app.ts';
import { openDatabase } from '../../../packages/server/src/db/open.ts';
import { inTransaction } from '../../../packages/server/src/db/transaction.ts';
import { loadKeys } from '../../../packages/server/src/keys.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { createSignInCode } from '../../../packages/server/src/people/sign-in-codes.ts';
import { createToken } from '../../../packages/server/src/people/tokens.ts';
import { readSettings } from '../../../packages/server/src/settings.ts';
import { type Endpoint, watchingRoutes } from '../../../test/hostile/endpoints.ts';
import { VIEWER } from './breach-row.ts';
import { watchQueries } from './queries.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const random = { bytes: (length: number) => randomBytes(length), fraction: () => Math.random() };

/** As many requests a minute as a person may make are too few for a measurement: several people look. */
const VIEWERS = [VIEWER, 'Ann Officer', 'Bo Deputy', 'Cy Officer', 'Di Officer', 'Ed Officer'] as const;

/** The real application over a database that has been filled, with people and a program that may read everything. */
export async function startServer(location: string, folder: string) {
  const settings = readSettings({
    environment: { BEADLE_SERVER_DATABASE: location, BEADLE_SERVER_ORGANISATION: 'Northmere Borough Council' },
    workingFolder: folder,
  });
  const queries = watchQueries();
  const database = openDatabase(location, { log: queries.log });
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const log = pino({ level: 'silent' });
  const { made: app, endpoints } = await watchingRoutes(() =>
    createApp({ database, settings, keys, clock, random, log }),
  );
  await app.ready();
  const about = { organisation: ORGANISATION, role: 'administrator', at: clock.now() } as const;
  const { token } = await inTransaction(database.db, (tx) =>
    createToken(tx, { ...about, name: 'bench', expiresAt: null }, random),
  );
  const cookies: string[] = [];
  for (const name of VIEWERS) {
    const { code } = await inTransaction(database.db, (tx) => createSignInCode(tx, { ...about, name }, random));
    const { headers } = await app.inject(`/sign-in/${code}`);
    cookies.push(String(headers['set-cookie']).split(';')[0] ?? '');
  }
  return {
    app,
    db: database.db,
    endpoints: endpoints as readonly Endpoint[],
    queries,
    /** As a program asks for what is for programs, and a person's browser for pages; `turn` says which person. */
    get: (url: string, turn: number) =>
      app.inject({
        url,
        headers: url.startsWith('/api/')
          ? { authorization: `Bearer ${token}` }
          : { cookie: cookies[turn % cookies.length] ?? '', accept: 'text/html' },
      }),
    async close() {
      await app.close();
      await database.close();
    },
  };
}
export type PagesServer = Awaited<ReturnType<typeof startServer>>;
