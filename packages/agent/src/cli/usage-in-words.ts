import { iso, overBudgetInWords } from '@beadle/shared';
import { AGENT_BUDGET_BYTES, BUDGETS, type Measure, SOURCE_MEMORY_BYTES } from '../budget/budgets.ts';
import { mebibytes, seconds } from '../budget/figures.ts';
import { allMs } from '../budget/ledger.ts';
import { inWindows, type Use } from '../budget/use.ts';
import { usageIn } from '../cycle/usage.ts';
import { latestReached, type Meta } from '../outbox/meta.ts';

const NAMED = 5;

/** What was used in the day under way, as it was last kept; undefined where nothing was. `now` by this device's clock. */
export function usedToday(meta: Meta, now: number): Use | undefined {
  const use = usageIn(meta);
  return use === undefined ? undefined : inWindows(use, latestReached(meta, now));
}

/** What one source may use, as `sources --json` prints it. */
export const budgetOf = (measure: Measure) => ({
  processorSecondsPerHour: seconds(BUDGETS[measure].source.hourMs),
  processorSecondsPerDay: seconds(BUDGETS[measure].source.dayMs),
  memoryMiB: mebibytes(SOURCE_MEMORY_BYTES),
});

/** What one source has used today. */
export function usedBy({ day }: Use, id: string) {
  const { processorMs = 0, runs = 0, outputBytes = 0 } = day.sources[id] ?? {};
  return { processorSeconds: seconds(processorMs), runs, outputBytes };
}

type UsedBy = Pick<ReturnType<typeof usedBy>, 'processorSeconds' | 'runs'>;

export const runsInWords = ({ processorSeconds, runs }: UsedBy): string =>
  `${processorSeconds} s in ${runs} ${runs === 1 ? 'run' : 'runs'}`;

/** `usage` of `status --json`: today is the day in UTC. */
export function usageOf(use: Use) {
  const { day, measure, residentBytes, peakBytes } = use;
  const ids = Object.keys(day.sources).toSorted(
    (a, b) => (day.sources[b]?.processorMs ?? 0) - (day.sources[a]?.processorMs ?? 0),
  );
  return {
    since: iso(day.from),
    /** `elapsed` where programs are measured by the time that they took. */
    measured: measure,
    processorSeconds: {
      all: seconds(allMs(use)),
      agent: seconds(day.ownMs),
      programs: seconds(day.programsMs),
      budget: seconds(BUDGETS[measure].all.dayMs),
    },
    memoryMiB: {
      now: mebibytes(residentBytes),
      peak: mebibytes(peakBytes),
      budget: mebibytes(AGENT_BUDGET_BYTES.memory),
    },
    /** null where the system does not tell. */
    writtenBytes: day.writtenBytes,
    sentBytes: day.sentBytes,
    receivedBytes: day.receivedBytes,
    dearest: ids.slice(0, NAMED).map((source) => ({ source, ...usedBy(use, source) })),
    overBudget: day.over,
  };
}

type Usage = ReturnType<typeof usageOf>;

export function usageInWords(usage: Usage | null): string[] {
  if (usage === null) return [];
  const { processorSeconds: processor, memoryMiB, dearest, overBudget, writtenBytes } = usage;
  const written = writtenBytes === null ? 'not known' : `${mebibytes(writtenBytes)} MiB`;
  const elapsed = usage.measured === 'elapsed' ? ', programs by the time that they took' : '';
  const indented = (lines: readonly string[]) => lines.join('\n                ');
  return [
    `Used today:     ${processor.all} of ${processor.budget} s of processor time, ${processor.agent} of them the agent's own${elapsed}`,
    `                written ${written}, sent ${mebibytes(usage.sentBytes)} MiB, received ${mebibytes(usage.receivedBytes)} MiB`,
    `Memory:         ${memoryMiB.now} MiB, ${memoryMiB.peak} at the most`,
    ...(dearest.length === 0
      ? []
      : [`Dearest:        ${indented(dearest.map((one) => `${one.source}: ${runsInWords(one)}`))}`]),
    ...(overBudget.length === 0 ? [] : [`Over budget:    ${indented(overBudget.map(overBudgetInWords))}`]),
  ];
}
