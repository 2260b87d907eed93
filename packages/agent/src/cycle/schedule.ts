import type { Clock, Random } from '@beadle/shared';
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import { faultOf, FAULTS } from '../errors.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { Cycle } from './cycle.ts';

export interface ScheduleOptions {
  readonly cycle: Cycle;
  readonly watchers: readonly Watcher[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Called after a cycle that has kept findings. */
  readonly kept: () => void;
  /** Called when the device has slept, or its clock was set. */
  readonly resumed: () => void;
}

const CYCLE_EVERY_MINUTES = 15;
const LOOK_FOR_SLEEP_EVERY_MS = 60_000;
/** The clock ran on by more than this while the process stood still: the device has slept, or its clock was set. */
const SLEPT_MS = 90_000;

/** A time of the hour that is this device's own, so that a fleet does not come all at once. */
function jitteredCron(random: Random): string {
  const first = Math.floor(random.fraction() * CYCLE_EVERY_MINUTES);
  const minutes = Array.from({ length: 60 / CYCLE_EVERY_MINUTES }, (_, index) => first + index * CYCLE_EVERY_MINUTES);
  return `${Math.floor(random.fraction() * 60)} ${minutes.join(',')} * * * *`;
}

function lookForSleep(clock: Clock, slept: () => void): NodeJS.Timeout {
  let last = clock.now() - clock.monotonic();
  return setInterval(() => {
    const offset = clock.now() - clock.monotonic();
    if (Math.abs(offset - last) > SLEPT_MS) slept();
    last = offset;
  }, LOOK_FOR_SLEEP_EVERY_MS).unref();
}

/** Cycles at their times and when the system pushes something; one at a time, and what comes meanwhile is gathered. */
export function createSchedule(options: ScheduleOptions) {
  const { cycle, log } = options;
  /** Checks waiting to be collected; `all` where a full cycle is wanted. */
  let wanted: Set<string> | 'all' | undefined;
  let running: Promise<void> | undefined;

  async function runOnce(offSince?: number): Promise<void> {
    const checks = wanted === 'all' || wanted === undefined ? undefined : wanted;
    wanted = undefined;
    try {
      const { findings } = await cycle.run(checks, offSince);
      if (findings > 0) options.kept();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault === 'corrupt') throw error;
      // Verdicts, bookmarks and findings are one transaction: the next cycle finds the same again.
      log.error({ fault }, FAULTS[fault]);
    }
  }

  async function drain(): Promise<void> {
    while (wanted !== undefined) await runOnce();
  }

  /** Replaced while the schedule runs; before that, what is wanted waits for the first cycle. */
  let begin = (): void => undefined;

  function want(check?: string): void {
    if (check === undefined) wanted = 'all';
    else if (wanted !== 'all') wanted = new Set([...(wanted ?? []), check]);
    begin();
  }

  async function untilStopped(signal: AbortSignal): Promise<void> {
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    begin = () => {
      running ??= drain()
        .catch(reject)
        .finally(() => (running = undefined));
    };
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    begin();
    await ended;
  }

  return {
    /** Collects `check`, or everything, as soon as the cycle under way has ended. */
    want,
    /** Runs until `signal` aborts; rejects where the store is damaged, or on a bug. */
    async run(signal: AbortSignal, offSince?: number): Promise<void> {
      await runOnce(offSince);
      const stop = new AbortController();
      const task = schedule(jitteredCron(options.random), () => want(), { noOverlap: true });
      const sleep = lookForSleep(options.clock, () => {
        options.resumed();
        want();
      });
      const until = AbortSignal.any([signal, stop.signal]);
      const watching = options.watchers.map((watcher) => watcher.watch(() => want(watcher.check), until));
      try {
        await untilStopped(signal);
      } finally {
        begin = () => undefined;
        stop.abort();
        clearInterval(sleep);
        await task.destroy();
        await Promise.all(watching);
        await running;
      }
    },
  };
}

export type Schedule = ReturnType<typeof createSchedule>;
