import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { type Viewer, visibleTo } from '../concealed.ts';

const HOUR_MS = 3_600_000;
const LONDON = 'Europe/London';

export interface BreachWeek {
  /** The week's Monday, such as `2026-06-01`. */
  readonly monday: string;
  /** Suspected breaches by people; null for a week of which the server saw nothing. */
  readonly opened: number | null;
  readonly ended: number | null;
}

interface Bounds {
  readonly monday: string;
  /** Milliseconds since the epoch; `to` is not within. */
  readonly from: number;
  readonly to: number;
}

/** The last whole weeks of the council's calendar before now, the oldest first. A change of the clock makes one longer. */
export function wholeWeeks(now: number, count: number): Bounds[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(LONDON).toPlainDate();
  const thisMonday = today.subtract({ days: today.dayOfWeek - 1 });
  const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime(LONDON).epochMilliseconds;
  return Array.from({ length: count }, (_, index) => {
    const monday = thisMonday.subtract({ weeks: count - index });
    return { monday: monday.toString(), from: startOf(monday), to: startOf(monday.add({ weeks: 1 })) };
  });
}

/** By hours, as weeks begin on whole hours of every clock and a database knows no council's weeks. */
async function countByHour(db: Db, viewer: Viewer, column: 'opened_at' | 'ended_at', from: number, to: number) {
  const hour = sql<number>`${sql.ref(column)} / ${sql.lit(HOUR_MS)}`;
  const rows = await db
    .selectFrom('breaches')
    .select([hour.as('hour'), (eb) => eb.fn.countAll().as('count')])
    .where('organisation', '=', viewer.organisation)
    .where(visibleTo(viewer))
    .where('duty', '=', 'holder')
    .where(column, '>=', from)
    .where(column, '<', to)
    .groupBy(hour)
    .execute();
  return rows.map((row) => ({ at: row.hour * HOUR_MS, count: Number(row.count) }));
}

/** Since when the server can have had breaches: since it knows the council, or the first that was carried into it. */
async function watchedSince(db: Db, organisation: string): Promise<number> {
  const { created_at: made } = await db
    .selectFrom('organisations')
    .select('created_at')
    .where('id', '=', organisation)
    .executeTakeFirstOrThrow();
  const { first } = await db
    .selectFrom('breaches')
    .select((eb) => eb.fn.min('opened_at').as('first'))
    .where('organisation', '=', organisation)
    .executeTakeFirstOrThrow();
  return Math.min(made, first ?? made);
}

/** Suspected breaches by people that were opened and ended in each of the last whole weeks. */
export async function breachWeeks(db: Db, viewer: Viewer, now: number, count: number): Promise<BreachWeek[]> {
  const weeks = wholeWeeks(now, count);
  const [from, to] = [weeks[0]?.from ?? now, weeks.at(-1)?.to ?? now];
  const [since, opened, ended] = await Promise.all([
    watchedSince(db, viewer.organisation),
    countByHour(db, viewer, 'opened_at', from, to),
    countByHour(db, viewer, 'ended_at', from, to),
  ]);
  const within = (counts: typeof opened, week: Bounds) =>
    week.to <= since
      ? null
      : counts.filter(({ at }) => at >= week.from && at < week.to).reduce((sum, hour) => sum + hour.count, 0);
  return weeks.map((week) => ({
    monday: week.monday,
    opened: within(opened, week),
    ended: within(ended, week),
  }));
}
