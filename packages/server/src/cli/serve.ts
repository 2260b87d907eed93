import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../app.ts';
import { clockAhead } from '../db/clock.ts';
import type { OpenDatabase } from '../db/database.ts';
import { loadKeys } from '../keys/keys.ts';
import { createLog, type Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { CommandIo } from './io.ts';
import { lockFolder, type ServingLock } from './lock.ts';
import { isPostgres } from '../settings-addresses.ts';
import { openMigrated } from './open.ts';

const DRAIN_MS = 10_000;
const CLOCK_MAY_DIFFER_MS = 10_000;
/** A terminal or a service manager signals the whole group, and a parent passes the same signal on: that is still the first. */
const SECOND_SIGNAL_AFTER_MS = 1000;

/** One server serves a folder; any number serve one PostgreSQL, where what must be done once is leased. */
function lockDatabase({ database }: Settings): ServingLock {
  if (isPostgres(database)) return { release: () => undefined };
  const refusal = `Another server uses ${database} already: stop that one, or set BEADLE_SERVER_DATABASE to another folder.`;
  return lockFolder(database, refusal);
}

/** Serves until a signal; 0 where everything under way was answered within 10 s, else 1. Standard output stays silent. */
export async function serve(settings: Settings, io: CommandIo): Promise<number> {
  const lock = lockDatabase(settings);
  const log = createLog(
    settings.logLevel,
    pino.destination({ dest: settings.logFile ?? 2, sync: true, mkdir: true, mode: 0o600 }),
  );
  try {
    const keys = loadKeys({ folder: settings.keysFolder, random: io.random });
    const { database } = await openMigrated(settings, io);
    try {
      const { clock, random } = io;
      await warnOfClock(database, io, log);
      const said = settings.notice === null ? {} : { notice: settings.notice };
      const app = await createApp({ database, settings, keys, clock, random, log, ...said });
      return await listenUntilSignal(app, settings, log);
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}

/** Another server's lease lasts a minute: a clock that is wrong by a part of that is to be put right. */
async function warnOfClock({ db }: OpenDatabase, { clock }: CommandIo, log: Log): Promise<void> {
  const aheadMs = await clockAhead(db, clock);
  if (Math.abs(aheadMs) > CLOCK_MAY_DIFFER_MS)
    log.warn(
      { aheadMs },
      'this clock and the database’s differ: what one server does may be done twice. Set it by NTP',
    );
}

async function listenUntilSignal(app: FastifyInstance, { host, port, origin }: Settings, log: Log): Promise<number> {
  const signalled = firstSignal();
  try {
    await app.listen({ host, port });
    app.jobs.start();
    log.info({ origin, host, port }, 'serving');
    log.info({ signal: await signalled }, 'stopping');
    return (await drain(app)) ? 0 : 1;
  } finally {
    await app.close();
    log.info('stopped');
  }
}

/** Whether everything under way came to its end; what has not is cut off. */
async function drain(app: FastifyInstance): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DRAIN_MS);
  });
  const drained = await Promise.race([app.close().then(() => true), late]);
  clearTimeout(timer);
  if (!drained) app.server.closeAllConnections();
  return drained;
}

/** Listens until the process ends: a signal that comes late must not kill what is closing. */
function firstSignal(): Promise<NodeJS.Signals> {
  const { promise: first, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let since: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (since !== undefined && performance.now() - since > SECOND_SIGNAL_AFTER_MS) process.exit(1);
    since ??= performance.now();
    resolve(signal);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal);
  return first;
}
