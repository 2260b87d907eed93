import type { Clock, Random } from '@beadle/shared';
import { type FastifyInstance } from 'fastify';
import { createFastify, protect } from './app/fastify.ts';
import { serveRoutes } from './app/routes.ts';
import { createLanes } from './admission/lanes.ts';
import { createOrdering, type Ordering } from './app/ordering.ts';
import { describeApi } from './app/documents.ts';
import { answerErrors, type ErrorPages } from './app/error-handler.ts';
import { observeRequests } from './app/observe.ts';
import { countConnections } from './app/connections.ts';
import { type Storage, watchStorage } from './app/storage.ts';
import { authorisationJobs } from './authorisations/reminders.ts';
import { breachJobs, ensureEscalations } from './breaches/jobs.ts';
import type { OpenDatabase } from './db/database.ts';
import type { ChangeDeps } from './devices/change.ts';
import { createCountries } from './judging/countries.ts';
import { judgeAnew } from './judging/apply.ts';
import { ensureJudging, judgingJobs } from './judging/job.ts';
import type { JobKind } from './jobs/run.ts';
import type { JobWorker } from './jobs/worker.ts';
import { createWorker } from './jobs/worker.ts';
import type { ServerKeys } from './keys/keys.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { noticeJobs } from './notify/deliver.ts';
import { endRemoved } from './notify/removed.ts';
import { ensureOrganisation, ORGANISATION } from './organisation/store.ts';
import { DIRECTORY_JOB, directoryJob, planDirectoryImport } from './registers/directory/job.ts';
import { pauseJobs } from './orders/pauses/sweep.ts';
import { PREVIEW_JOB, previewJob } from './preview/start.ts';
import type { Settings } from './settings.ts';
import { ensureRetention, retentionJobs } from './protection/retention-job.ts';
import { ensureTrends, trendJobs } from './trends/job.ts';
import type { Connector } from './withdrawals/connector.ts';
import { withdrawalJobs } from './withdrawals/jobs.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Started by whoever makes the application listen; a test calls `runDue`. */
    jobs: JobWorker;
    storage: Storage;
  }
}

export interface AppDeps {
  /** Migrated. */
  readonly database: OpenDatabase;
  readonly settings: Settings;
  readonly keys: ServerKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The systems in which access is withdrawn, if not those of the settings. */
  readonly connectors?: readonly Connector[];
  /** Stands on every page of the console, such as that what it shows is invented. */
  readonly notice?: string;
}

/** The worker of all jobs, which give way while devices wait. */
function createJobs(
  {
    database: { db },
    settings,
    clock,
    random,
    log,
    connectors,
    announce,
  }: AppDeps & Pick<Ordering, 'connectors' | 'announce'>,
  busy: () => boolean,
): JobWorker {
  const kinds: Readonly<Record<string, JobKind>> = {
    ...noticeJobs({ db, clock, random, settings, wake: () => worker.wake() }),
    [DIRECTORY_JOB]: directoryJob({ db, clock, random, settings }),
    [PREVIEW_JOB]: previewJob({ db, clock, random }),
    ...breachJobs({ db, clock, random, settings, wake: () => worker.wake() }),
    ...judgingJobs({ db, clock, random, settings, log, wake: () => worker.wake() }),
    ...authorisationJobs({ db, clock, random, settings, wake: () => worker.wake() }),
    ...trendJobs({ db, clock, random }),
    ...retentionJobs({ db, clock, random }),
    ...pauseJobs({ db, clock, random, announce }),
    ...withdrawalJobs({ db, clock, random, connectors, settings, wake: () => worker.wake() }),
  };
  const worker = createWorker({ db, kinds, clock, random, log, busy });
  return worker;
}

function createJudge({ random, settings: { origin } }: AppDeps): ChangeDeps['judge'] {
  return (tx, device, now) => judgeAnew(tx, device, now, { random, origin });
}

/** What a server must find in its database. */
async function prepare({ database: { db }, settings, clock, random }: AppDeps): Promise<void> {
  await ensureOrganisation(db, { name: settings.organisation, at: clock.now() });
  await ensureJudging(db, { clock, random });
  await ensureEscalations(db, { clock, random });
  await ensureTrends(db, { clock, random });
  await ensureRetention(db, { clock, random });
  await endRemoved(db, settings);
  if (settings.directory !== null) await planDirectoryImport(ORGANISATION, { db, clock, random, settings });
}

/** The whole server but its socket: listens only where it is told to, so that tests use `inject`. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const { settings, keys, clock, random, log } = deps;
  const { db } = deps.database;
  await prepare(deps);
  const metrics = createMetrics();
  const errorPages: ErrorPages = { render: null };
  const app = createFastify(deps);
  const pressed = () => app.isUnderPressure();
  const connections = countConnections(app.server);
  const lanes = createLanes({ settings, clock, metrics, log, pressed, connections });
  const { fill, ...ordering } = createOrdering(deps);
  const worker = createJobs({ ...deps, ...ordering }, () => lanes.checkIns.figures().waitingForTurn > 0);
  app.decorate('jobs', worker);
  app.decorate('storage', watchStorage(clock));
  app.addHook('onClose', () => worker.stop());

  answerErrors(app, errorPages);
  observeRequests(app, metrics);
  await protect(app, deps);
  await describeApi(app, settings.origin);

  const judge = createJudge(deps);
  const countries = createCountries({ file: settings.countriesFile, clock, log });
  app.addHook('onListen', () => void fill());
  const stage = {
    db,
    settings,
    keys,
    clock,
    random,
    log,
    metrics,
    errorPages,
    judge,
    ...ordering,
    wake: worker.wake,
  };
  await serveRoutes(app, { ...stage, worker, lanes, countries, notice: deps.notice });
  return app;
}
