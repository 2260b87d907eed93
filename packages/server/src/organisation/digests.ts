import type { Random } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { enqueue, reschedule } from '../jobs/queue.ts';
import { DEFAULT_DIGESTS, type Digests, dayNumber } from './settings.ts';

export const DAILY_JOB = 'daily-digest';
export const WEEKLY_JOB = 'weekly-list';
export const MONTHLY_JOB = 'audit-anchor';

/** When the council opens on the first day of a month. */
const MONTHLY_AT = '09:00';

const LONDON = 'Europe/London';

const londonAt = (now: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(LONDON);

/**
 * The next time that the council's clock shows this, in milliseconds since the epoch. A time that a change of the clock
 * leaves out is an hour later; of one that comes twice the first counts.
 */
export function nextDaily(now: number, time: string): number {
  const here = londonAt(now);
  const today = here.withPlainTime(time);
  return (today.epochMilliseconds > now ? today : here.add({ days: 1 }).withPlainTime(time)).epochMilliseconds;
}

/** The same on a day of the week; without one, Monday at 7 in the morning. */
export function nextWeekly(
  now: number,
  weekly: NonNullable<Digests['weekly']> = { day: 'monday', at: '07:00' },
): number {
  const here = londonAt(now);
  const day = here.add({ days: dayNumber(weekly.day) - here.dayOfWeek }).withPlainTime(weekly.at);
  const next = day.epochMilliseconds > now ? day : day.add({ weeks: 1 }).withPlainTime(weekly.at);
  return next.epochMilliseconds;
}

/** The first day of the next month, or of this one where that is still to come. */
export function nextMonthly(now: number): number {
  const first = londonAt(now).with({ day: 1 });
  const at = first.withPlainTime(MONTHLY_AT);
  return (at.epochMilliseconds > now ? at : first.add({ months: 1 }).withPlainTime(MONTHLY_AT)).epochMilliseconds;
}

/** The council's day, such as `2026-06-04`. */
export const londonDay = (now: number): string => londonAt(now).toPlainDate().toString();

interface Plan {
  readonly now: number;
  readonly random: Random;
}

interface Next {
  readonly kind: string;
  /** Null: it is not wanted. */
  readonly runAt: number | null;
}

const nextDigests = (now: number, { daily, weekly }: Digests = DEFAULT_DIGESTS): readonly Next[] => [
  { kind: DAILY_JOB, runAt: daily === null ? null : nextDaily(now, daily) },
  { kind: WEEKLY_JOB, runAt: weekly === null ? null : nextWeekly(now, weekly) },
  { kind: MONTHLY_JOB, runAt: nextMonthly(now) },
];

async function queue(tx: Tx, organisation: string, { kind, runAt }: Next, { now, random }: Plan): Promise<void> {
  if (runAt === null) return;
  await enqueue(tx, { organisation, kind, key: kind, payload: { since: now }, runAt, at: now }, random);
}

/** Sees to it that each digest that is wanted comes; one that is due already stays so. */
export async function ensureDigests(
  tx: Tx,
  organisation: string,
  digests: Digests | undefined,
  plan: Plan,
): Promise<void> {
  for (const next of nextDigests(plan.now, digests)) await queue(tx, organisation, next, plan);
}

/** After the settings have changed: each digest at its new time, and none that is not wanted any more. */
export async function moveDigests(
  tx: Tx,
  organisation: string,
  digests: Digests | undefined,
  plan: Plan,
): Promise<void> {
  for (const next of nextDigests(plan.now, digests)) {
    const moved = await reschedule(tx, { organisation, key: next.kind, ...next });
    if (!moved) await queue(tx, organisation, next, plan);
  }
}
