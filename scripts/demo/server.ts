import type { FastifyInstance, InjectOptions } from 'fastify';
import { sql } from 'kysely';
import { pino } from 'pino';
import type { Clock, Random } from '@beadle/shared';
import type { Caller, CallerRole } from '../../packages/server/src/access.ts';
import { createApp } from '../../packages/server/src/app.ts';
import type { Db } from '../../packages/server/src/db/database.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { AWAY_AFTER_MS, beat } from '../../packages/server/src/judging/uptime.ts';
import { loadKeys } from '../../packages/server/src/keys/keys.ts';
import { createMetrics } from '../../packages/server/src/metrics.ts';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { createSignInCode } from '../../packages/server/src/people/sign-in-codes.ts';
import { signInWithCode } from '../../packages/server/src/people/sign-in.ts';
import { readSettings } from '../../packages/server/src/settings.ts';
import { seededRandom, type World } from '../simulated/clock.ts';

export interface Officer {
  readonly name: string;
  readonly role: CallerRole;
}

/** Whoever acts, as the functions of the desk are told it. */
export const callerOf = ({ name, role }: Officer): Caller => ({
  organisation: ORGANISATION,
  name,
  role,
  via: 'session',
});
export const worker = (name: string): Caller => callerOf({ name, role: 'worker' });

export interface DemoServer {
  readonly app: FastifyInstance;
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly origin: string;
  /** The headers of somebody's browser once they have signed in. */
  signIn(who: Officer): Promise<Readonly<Record<string, string>>>;
  /** A request by somebody who has signed in to the console; gives the body. Throws where it is refused. */
  request<T>(who: Officer, method: InjectOptions['method'], url: string, payload?: unknown, type?: string): Promise<T>;
  /** The server's own work until now: what is due, and that it was there all the time. */
  work(): Promise<void>;
  close(): Promise<void>;
}

interface ServerOptions {
  readonly world: World;
  readonly environment: Readonly<Record<string, string>>;
  readonly seed: number;
}

const CSRF = /name="_csrf" value="([^"]+)"/;

/** The cookie and the token of the forms of somebody who signs in now. */
async function signIn(app: FastifyInstance, who: Officer, deps: { db: Db; clock: Clock; random: Random }) {
  const at = deps.clock.now();
  const { code } = await inTransaction(deps.db, (tx) =>
    createSignInCode(tx, { organisation: ORGANISATION, ...who, at }, deps.random),
  );
  const session = await signInWithCode({ ...deps, metrics: createMetrics() }, { code });
  if (session === null) throw new Error(`${who.name} could not sign in`);
  const headers = { cookie: `beadle-session=${session.sessionId}`, accept: 'text/html' };
  const page = await app.inject({ url: '/report', headers });
  return { cookie: headers.cookie, 'x-csrf-token': CSRF.exec(page.body)?.[1] ?? '' };
}

/** Everything is there before the application is, which finds its work in the database. */
async function openParts({ world, environment, seed }: ServerOptions) {
  const settings = readSettings({ environment, workingFolder: process.cwd() });
  const [clock, random] = [world.clock(), seededRandom(`demo-${seed}`)];
  const database = openDatabase(settings.database);
  await migrate(database.db);
  // What is lost with the machine is filled again: nobody waits for the disk.
  await sql`pragma synchronous = off`.execute(database.db);
  const keys = loadKeys({ folder: settings.keysFolder, random });
  const notice = settings.notice === null ? {} : { notice: settings.notice };
  const log = pino({ level: 'silent' });
  const app = await createApp({ database, settings, keys, clock, random, log, ...notice });
  await app.ready();
  return { settings, database, app, clock, random };
}

/** The server's own work until now, and that it was there all the time. */
function workOf(app: FastifyInstance, db: Db, clock: Clock) {
  let beaten = clock.now();
  return async () => {
    const now = clock.now();
    await inTransaction(db, async (tx) => {
      for (; beaten < now; beaten += AWAY_AFTER_MS) await beat(tx, beaten);
      await beat(tx, now);
    });
    beaten = now;
    await app.jobs.runDue();
  };
}

/** The real server on the demo's own database, reached without a socket, by a clock that runs ahead of ours. */
export async function openServer(options: ServerOptions): Promise<DemoServer> {
  const { settings, database, app, clock, random } = await openParts(options);
  const { db } = database;
  const enter = (who: Officer) => signIn(app, who, { db, clock, random });
  return {
    app,
    db,
    clock,
    random,
    origin: settings.origin,
    signIn: enter,
    async request<T>(who: Officer, method: InjectOptions['method'], url: string, payload?: unknown, type?: string) {
      const typed = payload === undefined ? {} : { 'content-type': type ?? 'application/json' };
      const response = await app.inject({
        method: method ?? 'GET',
        url,
        headers: { ...(await enter(who)), ...typed },
        ...(payload === undefined ? {} : { payload: payload as string | object }),
      });
      if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`);
      return (response.body === '' ? undefined : response.json()) as T;
    },
    work: workOf(app, db, clock),
    async close() {
      await app.close();
      database.checkpoint();
      await database.close();
    },
  };
}
