import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { fleetFigures, type Standing, standingByRule, standingOfDevices } from '../devices/figures.ts';
import { londonDay } from '../organisation/digests.ts';

/** The rule's name in the rows that are of all rules together. */
export const ALL_RULES = '';

const WEEK_MS = 7 * 86_400_000;
const YEARS_KEPT = 2;
/** Below SQLite's and PostgreSQL's limits of parameters of one statement. */
const ROWS_AT_ONCE = 500;

export interface StandingDay extends Standing {
  /** The council's day, such as `2026-06-04`. */
  readonly day: string;
  /** Devices that were heard from in the seven days before. */
  readonly heardFrom: number;
}

/**
 * Notes how the devices stand today, once: what a day already has stays. A server without devices that have said anything
 * notes nothing. What is older than two years is let go of.
 */
export async function noteStanding(db: Db, organisation: string, now: number): Promise<void> {
  const [total, rules, fleet] = await Promise.all([
    standingOfDevices(db, organisation),
    standingByRule(db, organisation),
    fleetFigures(db, organisation, now - WEEK_MS),
  ]);
  const day = londonDay(now);
  const noted = { organisation, day, heard_from: fleet.enrolled - fleet.silent, noted_at: now };
  const rows = [{ rule: ALL_RULES, ...total }, ...rules].map(({ rule, fail, unknown, exempt, pass }) => {
    const figures = { rule, fail, unknown, exempt, pass };
    return { ...noted, ...figures };
  });
  const oldest = Temporal.PlainDate.from(day).subtract({ years: YEARS_KEPT }).toString();
  await inTransaction(db, async (tx) => {
    for (let from = 0; rules.length > 0 && from < rows.length; from += ROWS_AT_ONCE)
      await tx
        .insertInto('daily_standing')
        .values(rows.slice(from, from + ROWS_AT_ONCE))
        .onConflict((conflict) => conflict.columns(['organisation', 'day', 'rule']).doNothing())
        .execute();
    await tx.deleteFrom('daily_standing').where('organisation', '=', organisation).where('day', '<', oldest).execute();
  });
}

/** The days that were noted from a day on, the oldest first. A day that was not is not among them. */
export async function readStanding(
  db: Db,
  organisation: string,
  { rule, from }: { readonly rule: string; readonly from: string },
): Promise<StandingDay[]> {
  const rows = await db
    .selectFrom('daily_standing')
    .select(['day', 'fail', 'unknown', 'exempt', 'pass', 'heard_from'])
    .where('organisation', '=', organisation)
    .where('rule', '=', rule)
    .where('day', '>=', from)
    .orderBy('day')
    .execute();
  return rows.map(({ heard_from: heardFrom, ...row }) => ({ ...row, heardFrom }));
}

export interface RuleChange {
  readonly rule: string;
  readonly first: Standing & { readonly day: string };
  readonly last: Standing & { readonly day: string };
}

/** How each rule stood on its first and on its last noted day since then, the most failing now first. */
export async function changesByRule(db: Db, organisation: string, from: string): Promise<RuleChange[]> {
  const rows = await db
    .selectFrom('daily_standing')
    .select(['rule', 'day', 'fail', 'unknown', 'exempt', 'pass'])
    .where('organisation', '=', organisation)
    .where('rule', '<>', ALL_RULES)
    .where('day', '>=', from)
    .orderBy('day')
    .execute();
  return [...Map.groupBy(rows, ({ rule }) => rule)]
    .flatMap(([rule, days]) => {
      const [first, last] = [days[0], days.at(-1)];
      return first === undefined || last === undefined ? [] : [{ rule, first, last }];
    })
    .toSorted((a, b) => b.last.fail - a.last.fail || a.rule.localeCompare(b.rule));
}
