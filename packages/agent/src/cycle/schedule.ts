import type { Clock, Random } from '@beadle/shared';
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import { faultOf, FAULTS } from '../errors.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { Cycle } from './cycle.ts';
import { createStretch } from './stretch.ts';
import type { UsageKeeper } from './usage.ts';

export interface ScheduleOptions {
  readonly cycle: Cycle;
  readonly watchers: readonly Watcher[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Called after a cycle that has kept findings. */
  readonly kept: (isUrgent: boolean) => void;
  /** Whether timed cycles are to be fewer; what the system pushes is looked at as ever. */
  readonly usage?: Pick<UsageKeeper, 'isPressed'>;
  /** Called when the device has slept, or its clock was set. */
  readonly resumed: () => void;
}

const CYCLE_EVERY_MINUTES = 15;
/** What a full disk kept from being kept is found again after this, not only at the next cycle. */
const RETRY_AFTER_FAULT_MS = 60_000;
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
export class Schedule {
  readonly #options: ScheduleOptions;
  /** Checks waiting to be collected; `all` where a full cycle is wanted. */
  #wanted: Set<string> | 'all' | undefined;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Given to the first full cycle that can be kept. */
  #offSince: number | undefined;
  /** Set while the schedule runs; before that, what is wanted waits for the first cycle. */
  #fail: ((error: unknown) => void) | undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Collects `check`, or everything, as soon as the cycle under way has ended. */
  want(check?: string): void {
    if (check === undefined) this.#wanted = 'all';
    else if (this.#wanted !== 'all') this.#wanted = new Set([...(this.#wanted ?? []), check]);
    this.#begin();
  }

  /**
   * Runs until `signal` aborts; rejects where the store is damaged, or on a bug. `offSince` (milliseconds) is when the
   * agent last ran.
   */
  async run(signal: AbortSignal, offSince?: number): Promise<void> {
    this.#offSince = offSince;
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const { watchers } = this.#options;
    // Before the first cycle, which may take long: what comes after it has looked, and before they listen, nobody would tell.
    const watching = watchers.map((watcher) => watcher.watch(() => this.want(watcher.check), until));
    try {
      await this.#cycle();
      await this.#onTime(signal);
    } finally {
      stop.abort();
      await Promise.all(watching);
    }
  }

  /** Cycles at their times, and for what is wanted, until `signal` aborts. */
  async #onTime(signal: AbortSignal): Promise<void> {
    const { random, clock, resumed, usage } = this.#options;
    const isDue = createStretch(() => usage?.isPressed() === true);
    const task = schedule(jitteredCron(random), () => isDue() && this.want(), { noOverlap: true });
    const sleep = lookForSleep(clock, () => {
      resumed();
      this.want();
    });
    try {
      await this.#untilStopped(signal);
    } finally {
      this.#fail = undefined;
      clearInterval(sleep);
      clearTimeout(this.#retry);
      await task.destroy();
      await this.#running;
    }
  }

  #untilStopped(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#fail = reject;
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    this.#begin();
    return promise;
  }

  #begin(): void {
    const fail = this.#fail;
    if (fail === undefined || this.#running !== undefined) return;
    this.#running = this.#drain()
      .catch(fail)
      .finally(() => (this.#running = undefined));
  }

  async #drain(): Promise<void> {
    while (this.#wanted !== undefined) await this.#cycle();
  }

  async #cycle(): Promise<void> {
    const { cycle, kept, log } = this.#options;
    const checks = this.#wanted === 'all' ? undefined : this.#wanted;
    this.#wanted = undefined;
    try {
      const { findings, isUrgent } = await cycle.run(checks, checks === undefined ? this.#offSince : undefined);
      if (checks === undefined) this.#offSince = undefined;
      if (findings > 0) kept(isUrgent);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault === 'corrupt') throw error;
      // Verdicts, bookmarks and findings are one transaction: the next cycle finds the same again.
      log.error({ fault }, FAULTS[fault]);
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.want(), RETRY_AFTER_FAULT_MS).unref();
    }
  }
}
