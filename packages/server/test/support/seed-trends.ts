import type { Db } from '../../src/db/database.ts';
import { londonDay } from '../../src/organisation/digests.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seedBreach } from './seed.ts';

const DAY = 86_400_000;
const DAYS = 90;

/** How devices stood on a day, falling over the quarter; a few days were not noted. */
function standingOn(index: number) {
  const fail = Math.round(41 - index / 3.2 + 3 * Math.sin(index / 4));
  const unknown = 4 + (index % 9 === 0 ? 3 : 0);
  return { fail, unknown, exempt: 2, pass: 57 - fail - unknown };
}

const isNoted = (index: number): boolean => index < 40 || index > 46;

/** A quarter of noted days, and half a year of breaches that have ended. */
export async function seedTrends(db: Db, now: number): Promise<void> {
  const rows = Array.from({ length: DAYS }, (_, index) => {
    const noted_at = now - (DAYS - 1 - index) * DAY;
    const about = { organisation: ORGANISATION, day: londonDay(noted_at), heard_from: 54 - (index % 5), noted_at };
    const { fail, ...rest } = standingOn(index);
    return [
      { ...about, rule: '', fail, ...rest },
      { ...about, rule: 'security-updates', fail: Math.max(0, fail - 8), ...rest },
      { ...about, rule: 'laptop-encryption', ...rest, fail: 1 },
    ];
  });
  const noted = rows.filter((_, index) => isNoted(index)).flat();
  await db
    .insertInto('daily_standing')
    .values(noted)
    .onConflict((conflict) => conflict.columns(['organisation', 'day', 'rule']).doNothing())
    .execute();
  for (let week = 1; week <= 24; week += 1)
    for (let count = 0; count < 2 + ((week * 7) % 5); count += 1) {
      const opened = now - week * 7 * DAY - count * DAY;
      await seedBreach(db, null, {
        id: `trend-${week}-${count}`,
        ref: `BR-2025-${String(week * 10 + count).padStart(6, '0')}`,
        rule: 'reported',
        kind: 'person',
        duty: 'holder',
        status: 'closed',
        first_seen: opened,
        last_seen: opened,
        opened_at: opened,
        ended_at: opened + (4 + (week % 3) * 6) * DAY,
      });
    }
}
