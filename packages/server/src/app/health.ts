import type { Clock } from '@beadle/shared';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { Gauge } from 'prom-client';
import Type from 'typebox';
import { callerOf } from '../access.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import { countJobs } from '../jobs/store.ts';
import type { JobWorker } from '../jobs/worker.ts';
import type { Metrics } from '../metrics.ts';
import { countNoticesFailed, countNoticesWaiting } from '../notify/store.ts';
import { callerMay } from '../people/permissions.ts';

interface HealthDeps {
  readonly db: Db;
  readonly worker: JobWorker;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Whoever probes has given up by then: a database that says nothing does not answer. */
const ANSWERS_WITHIN_MS = 5_000;

const Live = Type.Object({ status: Type.Literal('live') });
const Ready = Type.Object({ status: Type.Literal('ready') });

export const healthRoutes: FastifyPluginAsyncTypebox<HealthDeps> = async (app, { db, worker, metrics, clock }) => {
  const open = { access: 'public' } as const;
  countRows({ db, metrics, clock });
  app.get('/health/live', { config: open, schema: { response: { 200: Live } } }, async () => ({
    status: 'live' as const,
  }));

  app.get('/health/ready', { config: open, schema: { response: { 200: Ready } } }, async (request) => {
    await sql`select 1`.execute(db, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).catch((error: unknown) => {
      request.log.error({ err: error }, 'the database does not answer');
      throw problem('unavailable', 'The database does not answer.');
    });
    if (app.storage.isRefusing()) throw problem('unavailable', 'The database takes nothing: is its disk full?');
    if (!worker.isRunning()) throw problem('unavailable', 'Jobs are not being run.');
    return { status: 'ready' as const };
  });

  app.get('/metrics', { config: open, schema: { hide: true } }, async (request, reply) => {
    if (!isThisMachine(request) && !callerMay(callerOf(request), 'metrics:read')) {
      throw problem(
        'not-permitted',
        'This takes a token with the permission metrics:read, or a request from the server itself.',
      );
    }
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
};

/** Behind a proxy on the same machine everybody comes from loopback, and the proxy says so. */
function isThisMachine({ socket, headers }: FastifyRequest): boolean {
  const proxied = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return !proxied && /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');
}

function countRows({ db, metrics, clock }: Pick<HealthDeps, 'db' | 'metrics' | 'clock'>): void {
  const gauge = (name: string, help: string, read: () => Promise<number>) => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [metrics.registry],
      collect: async () => {
        made.set(await read());
      },
    });
  };
  gauge('beadle_jobs_waiting', 'Jobs that wait or are being run', async () => (await countJobs(db)).waiting);
  gauge('beadle_jobs_dead', 'Jobs that were given up', async () => (await countJobs(db)).dead);
  gauge('beadle_notices_waiting', 'Notices that are not delivered yet', () => countNoticesWaiting(db));
  gauge('beadle_notices_failed', 'Notices that cannot be delivered until somebody does something', () =>
    countNoticesFailed(db),
  );
  gauge('beadle_devices', 'Devices in the register', async () => (await contacts(db)).devices);
  gauge(
    'beadle_oldest_contact_seconds',
    'How long ago the enrolled device heard from least was heard from',
    async () => {
      const { oldest } = await contacts(db);
      return oldest === null ? 0 : Math.max(0, (clock.now() - oldest) / 1000);
    },
  );
}

async function contacts(db: Db): Promise<{ devices: number; oldest: number | null }> {
  const row = await db
    .selectFrom('devices')
    .select((column) => [column.fn.countAll<number>().as('devices'), column.fn.min('last_contact_at').as('oldest')])
    .executeTakeFirstOrThrow();
  return row;
}
