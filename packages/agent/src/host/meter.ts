import type { EventEmitter } from 'node:events';
import type { Clock } from '@beadle/shared';
import { type Measure, SOURCE_MEMORY_BYTES } from '../budget/budgets.ts';
import type { Ledger, OwnUse } from '../budget/ledger.ts';
import type { Usage } from './host.ts';
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
  /** What this process uses, if not as the system tells. */
  readonly own?: (() => OwnUse) | undefined;
}

interface Context extends Deps {
  /** Processor time of the programs that have ended since it was last asked; `elapsedMs` where the system does not tell. */
  readonly ended: (elapsedMs: number) => number;
}

/** A program that stays, and what of it has been counted. */
interface Staying {
  readonly pid: number;
  readonly id: string;
  readonly stop: () => void;
  countedMs: number;
}

function createEnded(system: System | undefined) {
  let collectedMs = system?.childrenMs() ?? 0;
  return (elapsedMs: number): number => {
    if (system === undefined) return elapsedMs;
    const before = collectedMs;
    // What cannot be read now is the next one's.
    collectedMs = system.childrenMs() ?? before;
    return collectedMs - before;
  };
}

function memoryOf({ system, ledger }: Deps, pid: number, whose: Whose, tooMuch: () => void): void {
  const { residentBytes = 0 } = system?.group(pid) ?? {};
  if (residentBytes <= SOURCE_MEMORY_BYTES) return;
  ledger.endedForMemory(whose.current(), residentBytes);
  tooMuch();
}

function begin(context: Context, child: Child, whose: Whose): Metered {
  const { ledger, clock, system, ended } = context;
  const { pid } = child;
  const from = clock.monotonic();
  let [outputBytes, othersMs, processorMs] = [0, 0, 0];
  let timer: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    clearInterval(timer);
    processorMs = ended(clock.monotonic() - from) + othersMs;
  });
  // Behind the last of what it printed; it also comes where there was no such program, which is no run.
  child.once('close', () => {
    if (pid === undefined) return;
    for (const [id, share] of whose.shares())
      ledger.charge(id, { processorMs: processorMs * share, outputBytes: Math.round(outputBytes * share) });
  });
  return {
    printed: (bytes) => void (outputBytes += bytes),
    ending() {
      clearInterval(timer);
      if (pid !== undefined) othersMs = Math.max(othersMs, system?.group(pid).othersMs ?? 0);
    },
    watchMemory(tooMuch) {
      if (system === undefined || pid === undefined) return;
      timer = setInterval(() => memoryOf(context, pid, whose, tooMuch), LOOK_AT_MEMORY_MS).unref();
    },
  };
}

/** Programs that stay: counted at each look, and stopped where one has used up its budget. */
function createStaying({ ledger, system, ended }: Context) {
  const all = new Set<Staying>();
  const charge = (one: Staying, usedMs: number, runs: number) => {
    ledger.charge(one.id, { processorMs: Math.max(0, usedMs - one.countedMs), runs });
    one.countedMs = Math.max(usedMs, one.countedMs);
  };
  return {
    add(child: Child, id: string, stop: () => void): void {
      const { pid } = child;
      if (system === undefined || pid === undefined) return;
      const one: Staying = { pid, id, stop, countedMs: 0 };
      all.add(one);
      child.once('exit', () => {
        all.delete(one);
        charge(one, ended(0), 1);
      });
    },
    look(): void {
      for (const one of all) {
        charge(one, system?.group(one.pid).leaderMs ?? 0, 0);
        if (ledger.refusal(one.id) !== undefined) one.stop();
      }
    },
  };
}

const processorMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

const ownUse = (system: System | undefined): OwnUse => ({
  processorMs: processorMs(process.cpuUsage()),
  residentBytes: process.memoryUsage.rss(),
  peakBytes: process.resourceUsage().maxRSS * 1024,
  writtenBytes: system?.writtenBytes(),
});

/**
 * Counts what programs use. On Linux the kernel adds up the time of children as they are collected: what it has added at the
 * end of one is that one's, with all that it has waited for. Two that end in the same moment may be taken for one another.
 */
export function createMeter(deps: Deps) {
  const { ledger, system, own = () => ownUse(system) } = deps;
  const context: Context = { ...deps, ended: createEnded(system) };
  const staying = createStaying(context);
  return {
    begin: (child: Child, whose: Whose) => begin(context, child, whose),
    stay: (child: Child, id: string, stop: () => void) => staying.add(child, id, stop),
    /** Counts what this process, and the programs that stay, have used since the last look. */
    look: (): void => {
      ledger.look(own());
      staying.look();
    },
    /** What this process itself does for a source; what else it does meanwhile is counted with it. */
    async inProcess<T>(id: string, work: () => Promise<T>): Promise<T> {
      const before = process.cpuUsage();
      try {
        return await work();
      } finally {
        ledger.charge(id, { processorMs: processorMs(process.cpuUsage(before)), isProgram: false });
      }
    },
  };
}

export type Meter = ReturnType<typeof createMeter>;

/** What the host tells of its use. */
export const usageOf = (ledger: Ledger, meter: Meter): Usage => ({
  look: () => meter.look(),
  begin: (now, kept) => ledger.begin(now, kept),
  network: (traffic) => ledger.network(traffic),
  isPressed: () => ledger.isPressed(),
  told: () => ledger.told(),
  kept: () => ledger.kept(),
});
