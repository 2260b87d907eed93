import type { EventEmitter } from 'node:events';
import type { Clock } from '@beadle/shared';
import { type Measure, SOURCE_MEMORY_BYTES } from '../budget/budgets.ts';
import type { Ledger } from '../budget/ledger.ts';
import { procfs, type System } from './procfs.ts';
import type { Whose } from './shares.ts';

/** Most programs have ended before this, and are never looked at. */
const LOOK_AT_MEMORY_MS = 1_000;

export const MEASURE: Measure = procfs === undefined ? 'elapsed' : 'processor';

interface Child extends Pick<EventEmitter, 'once'> {
  readonly pid?: number | undefined;
}

/** A program that has been started, as it is counted. */
export interface Metered {
  printed(bytes: number): void;
  /** It is about to be killed: what it has started is counted now, as nobody waits for that. */
  ending(): void;
  /** Calls `tooMuch` once where it takes more memory than a source may. */
  watchMemory(tooMuch: () => void): void;
}

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Undefined where the system tells nothing of programs that have ended. */
  readonly system: System | undefined;
}

/** A stream that runs now, and what of it has been counted. */
interface Running {
  readonly pid: number;
  readonly id: string;
  readonly stop: () => void;
  countedMs: number;
}

/**
 * Counts what programs use. On Linux the kernel adds up the time of children as they are collected: what it has added at the
 * end of one is that one's, with all that it has waited for. Two that end in the same moment may be taken for one another.
 */
export function createMeter({ ledger, clock, system }: Deps) {
  let collectedMs = system?.childrenMs() ?? 0;
  const streams = new Set<Running>();

  function costOf(elapsedMs: number): number {
    if (system === undefined) return elapsedMs;
    const before = collectedMs;
    collectedMs = system.childrenMs();
    return collectedMs - before;
  }

  function charge(whose: Whose, processorMs: number, outputBytes: number): void {
    for (const [id, share] of whose.shares())
      ledger.charge(id, { processorMs: processorMs * share, outputBytes: Math.round(outputBytes * share) }, true);
  }

  function memoryOf(pid: number, whose: Whose, tooMuch: () => void): void {
    const { residentBytes = 0 } = system?.group(pid) ?? {};
    if (residentBytes <= SOURCE_MEMORY_BYTES) return;
    ledger.endedForMemory(whose.current(), residentBytes);
    tooMuch();
  }

  return {
    begin(child: Child, whose: Whose): Metered {
      const from = clock.monotonic();
      let [outputBytes, othersMs] = [0, 0];
      let timer: NodeJS.Timeout | undefined;
      let processorMs = 0;
      child.once('exit', () => {
        clearInterval(timer);
        processorMs = costOf(clock.monotonic() - from) + othersMs;
      });
      // Behind the last of what it printed; it also comes where the program could not be started, which costs nothing.
      child.once('close', () => charge(whose, processorMs, outputBytes));
      return {
        printed: (bytes) => void (outputBytes += bytes),
        ending() {
          clearInterval(timer);
          if (child.pid !== undefined) othersMs = system?.group(child.pid).othersMs ?? 0;
        },
        watchMemory(tooMuch) {
          const { pid } = child;
          if (system === undefined || pid === undefined) return;
          timer = setInterval(() => memoryOf(pid, whose, tooMuch), LOOK_AT_MEMORY_MS).unref();
        },
      };
    },

    /** A program that stays is counted at each `look`, and stopped where it has used up its budget. */
    stay(child: Child, id: string, stop: () => void): void {
      if (system === undefined || child.pid === undefined) return;
      const running: Running = { pid: child.pid, id, stop, countedMs: 0 };
      streams.add(running);
      child.once('exit', () => {
        streams.delete(running);
        ledger.charge(id, { processorMs: Math.max(0, costOf(0) - running.countedMs), outputBytes: 0 }, true);
      });
    },

    look(): void {
      const { user, system: kernel } = process.cpuUsage();
      ledger.look({
        processorMs: (user + kernel) / 1000,
        residentBytes: process.memoryUsage.rss(),
        peakBytes: process.resourceUsage().maxRSS * 1024,
        writtenBytes: system?.writtenBytes(),
      });
      for (const running of streams) {
        const usedMs = system?.group(running.pid).leaderMs ?? 0;
        ledger.charge(running.id, { processorMs: Math.max(0, usedMs - running.countedMs), outputBytes: 0 }, true, 0);
        running.countedMs = Math.max(usedMs, running.countedMs);
        if (ledger.refusal(running.id) !== undefined) running.stop();
      }
    },

    /** What this process itself does for a source; what else it does meanwhile is counted with it. */
    async inProcess<T>(id: string, work: () => Promise<T>): Promise<T> {
      const before = process.cpuUsage();
      try {
        return await work();
      } finally {
        const { user, system: kernel } = process.cpuUsage(before);
        ledger.charge(id, { processorMs: (user + kernel) / 1000, outputBytes: 0 }, false);
      }
    },
  };
}

export type Meter = ReturnType<typeof createMeter>;
