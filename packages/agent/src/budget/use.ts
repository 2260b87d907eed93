import { OverBudget } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Measure } from './budgets.ts';

const Amount = Type.Number({ minimum: 0 });

/** What one source, or one act of an order, has used. */
const SourceUse = Type.Object({ processorMs: Amount, outputBytes: Amount, runs: Amount });
export type SourceUse = Static<typeof SourceUse>;

/**
 * What has been used in the hour and the day under way, as it is kept over restarts. `from` is the window's beginning, in
 * milliseconds since the epoch.
 */
export const Use = Type.Object({
  measure: Type.Enum(['processor', 'elapsed'] satisfies Measure[]),
  hour: Type.Object({
    from: Type.Number(),
    processorMs: Type.Record(Type.String(), Amount),
    /** Sources whose program was ended for its memory, with its bytes. */
    ended: Type.Record(Type.String(), Amount),
  }),
  day: Type.Object({
    from: Type.Number(),
    sources: Type.Record(Type.String(), SourceUse),
    /** Of the agent's own process. */
    ownMs: Amount,
    /** Of the programs that it has run. */
    programsMs: Amount,
    /** null where the system does not tell. */
    writtenBytes: Type.Union([Amount, Type.Null()]),
    sentBytes: Amount,
    receivedBytes: Amount,
    over: Type.Array(OverBudget),
  }),
  /** What was over budget the day before: told until a whole day has passed without. */
  overBefore: Type.Array(OverBudget),
  residentBytes: Amount,
  peakBytes: Amount,
});
export type Use = Static<typeof Use>;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const startOf = (now: number, windowMs: number): number => Math.floor(now / windowMs) * windowMs;

const newHour = (from: number): Use['hour'] => ({ from, processorMs: {}, ended: {} });
const newDay = (from: number): Use['day'] => ({
  from,
  sources: {},
  ownMs: 0,
  programsMs: 0,
  writtenBytes: null,
  sentBytes: 0,
  receivedBytes: 0,
  over: [],
});

/** Nothing used yet. `now` in milliseconds since the epoch. */
export const noUse = (measure: Measure, now: number): Use => ({
  measure,
  hour: newHour(startOf(now, HOUR_MS)),
  day: newDay(startOf(now, DAY_MS)),
  overBefore: [],
  residentBytes: 0,
  peakBytes: 0,
});

/**
 * The use in the windows of `now`. A clock that is put back gives nothing away and keeps nothing back: what was used counts
 * in the window that it is put back to.
 */
export function inWindows(use: Use, now: number): Use {
  const [hour, day] = [startOf(now, HOUR_MS), startOf(now, DAY_MS)];
  if (hour === use.hour.from && day === use.day.from) return use;
  const isNextDay = day === use.day.from + DAY_MS;
  return {
    ...use,
    hour: hour > use.hour.from ? newHour(hour) : { ...use.hour, from: hour },
    day: day > use.day.from ? newDay(day) : { ...use.day, from: day },
    overBefore: day > use.day.from ? (isNextDay ? use.day.over : []) : use.overBefore,
  };
}
