import type { Clock, Random } from '@beadle/shared';
import { schedule, type ScheduledTask } from 'node-cron';
import type { Db } from '../db/database.ts';
import type { Log } from '../log.ts';
import { retryDelay } from './back-off.ts';
import { bury, complete, forgetDone, type LeasedJob, leaseDue, retryLater } from './store.ts';

export interface JobContext {
  readonly organisation: string;
  /** 1 at the first. */
  readonly attempt: number;
  /** Aborted where the lease is about to end. What is done after that may be done twice. */
  readonly signal: AbortSignal;
}

export interface JobKind {
  /** May be run again after it has succeeded: a process can die before it says so. Throws to be tried again. */
  readonly run: (payload: unknown, context: JobContext) => Promise<void>;
  /** Never given up, as a notice must arrive; else dead after `GIVE_UP_AFTER` attempts. */
  readonly forever: boolean;
}

export interface JobWorker {
  /** Looks for due jobs every 5 s, and whenever woken. */
  start(): void;
  /** Call after the commit of a transaction that has queued a job; does nothing before `start`. */
  wake(): void;
  /** Runs all that is due, and what becomes due by that, in this call; gives how many jobs were run. */
  runDue(): Promise<number>;
  isRunning(): boolean;
  /** Takes no more jobs and waits for those under way. */
  stop(): Promise<void>;
}

interface WorkerDeps {
  readonly db: Db;
  readonly kinds: Readonly<Record<string, JobKind>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const GIVE_UP_AFTER = 12;
const LEASE_MS = 60_000;
/** The handler's signal comes this long before the lease ends. */
const MARGIN_MS = 5000;
const AT_ONCE = 8;
const WEEK_MS = 7 * 24 * 3_600_000;

export function createWorker(deps: WorkerDeps): JobWorker {
  let task: ScheduledTask | undefined;
  let current: Promise<number> | undefined;
  let again = false;
  let stopping = false;

  const runDue = async (): Promise<number> => {
    let count = 0;
    while (!stopping) {
      again = false;
      const jobs = await leaseDue(deps.db, { now: deps.clock.now(), leaseMs: LEASE_MS, limit: AT_ONCE });
      await Promise.all(jobs.map((job) => runJob(deps, job)));
      count += jobs.length;
      if (jobs.length === 0 && !again) break;
    }
    return count;
  };
  /** One run at a time: who comes while one is under way makes it look once more. */
  const runOnce = (): Promise<number> => {
    again = true;
    current ??= runDue().finally(() => {
      current = undefined;
    });
    return current;
  };
  const inBackground = (): void => {
    if (task === undefined || stopping) return;
    runOnce().catch((error: unknown) => deps.log.error({ err: error }, 'jobs could not be looked for'));
  };

  return {
    start: () => {
      task = schedule('*/5 * * * * *', inBackground, { noOverlap: true });
      void forgetDone(deps.db, deps.clock.now() - WEEK_MS).catch((error: unknown) =>
        deps.log.error({ err: error }, 'jobs that are done could not be removed'),
      );
      inBackground();
    },
    wake: inBackground,
    runDue: runOnce,
    isRunning: () => task !== undefined && !stopping,
    stop: async () => {
      stopping = true;
      await task?.destroy();
      await current?.catch(() => 0);
    },
  };
}

async function runJob(deps: WorkerDeps, job: LeasedJob): Promise<void> {
  const { db, log } = deps;
  try {
    const kind = deps.kinds[job.kind];
    if (kind === undefined) throw new Error(`no handler for jobs of kind ${job.kind}`);
    const signal = AbortSignal.timeout(LEASE_MS - MARGIN_MS);
    await kind.run(job.payload, { organisation: job.organisation, attempt: job.attempts, signal });
    await complete(db, job);
  } catch (error) {
    log.warn({ err: error, job: job.id, kind: job.kind, attempt: job.attempts }, 'a job failed');
    await putBack(deps, job, error).catch((cause: unknown) =>
      log.error({ err: cause, job: job.id }, 'a failed job could not be put back; its lease will end'),
    );
  }
}

/** A kind without a handler is one of a newer version: it waits for it. */
function putBack({ db, kinds, clock, random }: WorkerDeps, job: LeasedJob, cause: unknown): Promise<void> {
  const error = (cause instanceof Error ? cause.message : String(cause)).slice(0, 500);
  const forever = kinds[job.kind]?.forever ?? true;
  if (!forever && job.attempts >= GIVE_UP_AFTER) return bury(db, job, error);
  return retryLater(db, job, { runAt: clock.now() + retryDelay(job.attempts, random), error });
}
