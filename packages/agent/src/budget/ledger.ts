import { MOST_OVER_BUDGET, type OverBudget } from '@beadle/shared';
import { AGENT_BUDGET_BYTES, BUDGETS, type Measure, SOURCE_MEMORY_BYTES } from './budgets.ts';
import { mebibytes, seconds } from './figures.ts';
import { inWindows, noUse, type SourceUse, type Use } from './use.ts';

/** What the agent's own process has used since it was started; `writtenBytes` counts the programs that it ran, too. */
export interface OwnUse {
  readonly processorMs: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Written to disks; undefined where the system does not tell. */
  readonly writtenBytes: number | undefined;
}

export interface Cost extends Partial<SourceUse> {
  readonly processorMs: number;
  /** False where the agent's own process did it, whose use is counted anyway. */
  readonly isProgram?: boolean;
}

export interface Traffic {
  readonly sentBytes?: number;
  readonly receivedBytes?: number;
}

interface LedgerOptions {
  readonly measure: Measure;
  /** Milliseconds since the epoch, until `begin` hands in a better one. */
  readonly now: () => number;
  readonly stoppedFor?: (id: string) => StoppedFor;
}

/** What a source is stopped for: what everything has used together, its own use alone, or nothing, as an order needs it. */
export type StoppedFor = 'everything' | 'own-use' | 'nothing';

export const allMs = ({ day }: Use): number => day.ownMs + day.programsMs;

/** Why `id` is not to be read now, if so. Asked before each run: no window is exceeded by more than one run of a source. */
function overOf(use: Use, id: string, stoppedFor: StoppedFor): OverBudget | undefined {
  if (stoppedFor === 'nothing') return undefined;
  const { source, all } = BUDGETS[use.measure];
  const [hourMs, dayMs] = [use.hour.processorMs[id] ?? 0, use.day.sources[id]?.processorMs ?? 0];
  const base = { name: id, budgetOf: 'source', resource: 'processor' } as const;
  const bytes = use.hour.ended[id];
  if (bytes !== undefined) {
    const of = { used: mebibytes(bytes), budget: mebibytes(SOURCE_MEMORY_BYTES) };
    return { ...base, resource: 'memory', window: 'hour', ...of };
  }
  if (hourMs >= source.hourMs)
    return { ...base, window: 'hour', used: seconds(hourMs), budget: seconds(source.hourMs) };
  if (dayMs >= source.dayMs) return { ...base, window: 'day', used: seconds(dayMs), budget: seconds(source.dayMs) };
  // With its own use counted twice the dearest is stopped first, while the others still have room.
  if (stoppedFor === 'own-use' || allMs(use) + dayMs < all.dayMs) return undefined;
  return { ...base, budgetOf: 'agent', window: 'day', used: seconds(allMs(use)), budget: seconds(all.dayMs) };
}

/** What the agent itself has too much of. No source is stopped for these: it looks less often. */
function agentOver({ day, residentBytes }: Use): OverBudget[] {
  const used = {
    memory: residentBytes,
    disk: day.writtenBytes ?? 0,
    network: day.sentBytes + day.receivedBytes,
  };
  return (['memory', 'disk', 'network'] as const)
    .filter((resource) => used[resource] >= AGENT_BUDGET_BYTES[resource])
    .map((resource) => ({
      name: 'agent',
      budgetOf: 'agent',
      resource,
      window: 'day',
      used: mebibytes(used[resource]),
      budget: mebibytes(AGENT_BUDGET_BYTES[resource]),
    }));
}

const isSame = (a: OverBudget, b: OverBudget): boolean =>
  a.name === b.name && a.budgetOf === b.budgetOf && a.resource === b.resource && a.window === b.window;

/** Counts what the agent uses against what it lets itself use, by the clock that it is handed. */
export class Ledger {
  readonly #measure: Measure;
  readonly #stoppedFor: (id: string) => StoppedFor;
  #now: () => number;
  #use: Use;
  #hasBegun = false;
  #counted: Pick<OwnUse, 'processorMs' | 'writtenBytes'> = { processorMs: 0, writtenBytes: 0 };

  constructor({ measure, now, stoppedFor = () => 'everything' }: LedgerOptions) {
    this.#measure = measure;
    this.#stoppedFor = stoppedFor;
    this.#now = now;
    this.#use = noUse(measure, now());
  }

  /** Goes on from what an earlier run has kept; of later calls only the clock counts. */
  begin(now: () => number, kept: Use | undefined): void {
    this.#now = now;
    if (!this.#hasBegun) this.#use = kept?.measure === this.#measure ? kept : noUse(this.#measure, now());
    this.#hasBegun = true;
  }

  /** What was used in the windows of now, to be kept for the next run. */
  kept(): Use {
    return (this.#use = inWindows(this.#use, this.#now()));
  }

  /** Why the source is not to be read now, if so: to be told from then on. */
  refusal(id: string): OverBudget | undefined {
    const over = overOf(this.kept(), id, this.#stoppedFor(id));
    return over === undefined ? undefined : this.#remember(over);
  }

  /** The first time in a day that it is so, with the figure of that moment. */
  #remember(over: OverBudget): OverBudget {
    const list = this.kept().day.over;
    const before = list.find((one) => isSame(one, over));
    if (before === undefined && list.length < MOST_OVER_BUDGET) list.push(over);
    return before ?? over;
  }

  /** What one run of a source, or its part of one, has cost. */
  charge(id: string, { processorMs, outputBytes = 0, runs = 1, isProgram = true }: Cost): void {
    const { hour, day } = this.kept();
    const before = day.sources[id] ?? { processorMs: 0, outputBytes: 0, runs: 0 };
    hour.processorMs[id] = (hour.processorMs[id] ?? 0) + processorMs;
    day.sources[id] = {
      processorMs: before.processorMs + processorMs,
      outputBytes: before.outputBytes + outputBytes,
      runs: before.runs + runs,
    };
    if (isProgram) day.programsMs += processorMs;
  }

  /** Its program, with what it had started, had so many bytes of memory and was ended for it. */
  endedForMemory(id: string, bytes: number): void {
    this.kept().hour.ended[id] = bytes;
  }

  network({ sentBytes = 0, receivedBytes = 0 }: Traffic): void {
    const { day } = this.kept();
    day.sentBytes += sentBytes;
    day.receivedBytes += receivedBytes;
  }

  /** What the process has used so far. */
  look({ processorMs, residentBytes, peakBytes, writtenBytes }: OwnUse): void {
    const { day } = this.kept();
    day.ownMs += Math.max(0, processorMs - this.#counted.processorMs);
    if (writtenBytes !== undefined)
      day.writtenBytes = (day.writtenBytes ?? 0) + Math.max(0, writtenBytes - (this.#counted.writtenBytes ?? 0));
    this.#counted = { processorMs, writtenBytes: writtenBytes ?? this.#counted.writtenBytes };
    this.#use = { ...this.#use, residentBytes, peakBytes };
    for (const over of agentOver(this.#use)) this.#remember(over);
  }

  /** Whether the agent is to look less often. */
  isPressed(): boolean {
    return agentOver(this.kept()).length > 0;
  }

  /** What was over budget today or the day before. */
  told(): readonly OverBudget[] {
    const { day, overBefore } = this.kept();
    const earlier = overBefore.filter((one) => !day.over.some((other) => isSame(one, other)));
    return [...day.over, ...earlier].slice(0, MOST_OVER_BUDGET);
  }
}
