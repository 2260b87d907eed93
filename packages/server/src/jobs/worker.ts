import { setTimeout as delay } from 'node:timers/promises';
import { schedule, type ScheduledTask } from 'node-cron';
import { LEASE_MS, type RunDeps, runJob } from './run.ts';
import { forgetDone, type KindsOf, leaseDue } from './store.ts';

export interface JobWorker {
  /** Looks for due jobs every 5 s, and whenever woken. */
  readonly start: () => void;
  /** Call after the commit of a transaction that has queued a job; does nothing before `start`. */
  readonly wake: () => void;
  /** Runs all that is due, and what becomes due by that, in this call; gives how many jobs were run. */
  readonly runDue: () => Promise<number>;
  readonly isRunning: () => boolean;
  /** Takes no more jobs and waits for those under way. */
  readonly stop: () => Promise<void>;
}

/** Whether devices wait for their turn; jobs then leave them the database for a while. */
export interface WorkerDeps extends RunDeps {
  readonly busy?: () => boolean;
}

const AT_ONCE = 8;
/** While devices wait. */
const AT_ONCE_BUSY = 1;
/** Jobs give way for so long before each round, and no longer: a storm of devices may delay a notice, and not keep it. */
const GIVE_WAY_MS = 1_000;
const LOOK_AGAIN_MS = 10;
const WEEK_MS = 7 * 24 * 3_600_000;

async function giveWay({ busy = () => false }: WorkerDeps): Promise<void> {
  for (let looked = 0; looked < GIVE_WAY_MS / LOOK_AGAIN_MS && busy(); looked += 1) await delay(LOOK_AGAIN_MS);
}

async function runAllDue(deps: WorkerDeps, kinds: KindsOf, stopping: AbortSignal): Promise<number> {
  let count = 0;
  while (!stopping.aborted) {
    await giveWay(deps);
    const limit = deps.busy?.() === true ? AT_ONCE_BUSY : AT_ONCE;
    const jobs = await leaseDue(deps.db, { now: deps.clock.now(), leaseMs: LEASE_MS, limit, kinds });
    if (jobs.length === 0) break;
    await Promise.all(jobs.map((job) => runJob(deps, job)));
    count += jobs.length;
  }
  return count;
}

/** Runs what is due, and gives how many jobs that were. */
type Lane = () => Promise<number>;

/** One run at a time; whoever comes while one is under way waits for one more after it, which sees what they queued. */
function oneAtATime(work: Lane): Lane {
  let [current, next]: (Promise<number> | undefined)[] = [];
  const begin = (): Promise<number> => {
    current = work().finally(() => {
      current = undefined;
    });
    return current;
  };
  return () => {
    if (current === undefined) return begin();
    next ??= current
      .catch(() => 0)
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}

/** What is run beside each other: all kinds together, but for those that wait for other machines, each by itself. */
function lanesOf({ kinds }: Pick<WorkerDeps, 'kinds'>): KindsOf[] {
  const apart = Object.keys(kinds).filter((name) => kinds[name]?.apart === true);
  return [{ but: apart }, ...apart.map((only) => ({ only }))];
}

/**
 * Until none of the lanes finds anything. What one runs may queue something for another, which then looks again at once:
 * it does not wait for a third, whose far end may be silent.
 */
async function runEmpty(lanes: readonly Lane[]): Promise<number> {
  const toLook = new Set(lanes);
  const looking = new Map<Lane, Promise<void>>();
  let count = 0;
  const look = async (lane: Lane): Promise<void> => {
    while (toLook.delete(lane)) {
      const found = await lane();
      count += found;
      if (found > 0) for (const each of lanes) toLook.add(each);
    }
    looking.delete(lane);
  };
  do {
    for (const lane of toLook) if (!looking.has(lane)) looking.set(lane, look(lane));
    await Promise.race(looking.values());
  } while (looking.size > 0 || toLook.size > 0);
  return count;
}

export function createWorker(deps: WorkerDeps): JobWorker {
  const stopping = new AbortController();
  let task: ScheduledTask | undefined;
  const lanes = lanesOf(deps).map((kinds) => oneAtATime(() => runAllDue(deps, kinds, stopping.signal)));
  const runDue = oneAtATime(() => runEmpty(lanes));
  const isRunning = () => task !== undefined && !stopping.signal.aborted;
  const wake = (): void => {
    if (!isRunning()) return;
    for (const lane of lanes)
      lane().catch((error: unknown) => deps.log.error({ err: error }, 'jobs could not be looked for'));
  };
  return {
    start: () => {
      task = schedule('*/5 * * * * *', wake, { noOverlap: true });
      forgetDone(deps.db, deps.clock.now() - WEEK_MS).catch((error: unknown) =>
        deps.log.error({ err: error }, 'jobs that are done could not be removed'),
      );
      wake();
    },
    wake,
    runDue,
    isRunning,
    stop: async () => {
      stopping.abort();
      await task?.destroy();
      await runDue().catch(() => 0);
    },
  };
}
