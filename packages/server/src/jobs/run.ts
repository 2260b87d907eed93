import type { Clock, Random } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import type { Log } from '../log.ts';
import { waitAfter } from './back-off.ts';
import { bury, complete, type LeasedJob, retryLater } from './store.ts';

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
  /** Waits for another machine: has its jobs leased and run beside all others, which it then cannot hold up. */
  readonly apart?: boolean;
}

export interface RunDeps {
  readonly db: Db;
  readonly kinds: Readonly<Record<string, JobKind>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export const GIVE_UP_AFTER = 12;
export const LEASE_MS = 60_000;
/** The handler's signal comes this long before the lease ends. */
const MARGIN_MS = 5000;

export async function runJob(deps: RunDeps, job: LeasedJob): Promise<void> {
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
function putBack({ db, kinds, clock, random }: RunDeps, job: LeasedJob, cause: unknown): Promise<void> {
  const error = (cause instanceof Error ? cause.message : String(cause)).slice(0, 500);
  const forever = kinds[job.kind]?.forever ?? true;
  if (!forever && job.attempts >= GIVE_UP_AFTER) return bury(db, job, error);
  return retryLater(db, job, { runAt: clock.now() + waitAfter(cause, job.attempts, random), error });
}
