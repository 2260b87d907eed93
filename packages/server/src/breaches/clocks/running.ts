import { after } from '@beadle/shared';
import type { Viewer } from '../../concealed.ts';
import type { Db } from '../../db/database.ts';
import { titleOf } from '../appearance.ts';
import { breaches } from '../read.ts';
import { concernsPeople, timingOf } from './clocks.ts';

export interface RunningClock {
  readonly ref: string;
  /** What it is about, in one sentence without its full stop. */
  readonly title: string;
  /** By the stricter reading, in milliseconds since the epoch; before now where it has run out. */
  readonly due: number;
  /** What was decided about telling the regulator, which stops no clock; null where nobody has decided. */
  readonly decision: string | null;
}

/** Few are open at once of what concerns people; more than these are for a list. */
const MOST_LOOKED_AT = 500;

/** The regulator's clocks of what is open and has not been decided about, or is to be told: the first to run out first. */
export async function runningClocks(db: Db, viewer: Viewer, now: number, limit: number): Promise<RunningClock[]> {
  const { deadlines } = await timingOf(db, viewer.organisation, now);
  const [first] = deadlines.regulator;
  if (first === undefined) return [];
  const rows = await breaches(db, viewer)
    .where('breaches.ended_at', 'is', null)
    .where('breaches.aware_at', 'is not', null)
    .where('breaches.duty', '=', 'holder')
    .where((row) =>
      row.or([row('breaches.regulator_decision', 'is', null), row('breaches.regulator_decision', '=', 'tell')]),
    )
    .orderBy('breaches.aware_at')
    .limit(MOST_LOOKED_AT)
    .execute();
  return rows
    .filter(concernsPeople)
    .map((breach) => ({ ...breach, title: titleOf(breach) }))
    .map(({ ref, title, aware_at: aware, reported_at: reported, regulator_decision: decision }) => ({
      ref,
      title,
      due: after(Math.min(aware ?? now, reported ?? aware ?? now), first.within),
      decision,
    }))
    .toSorted((one, other) => one.due - other.due)
    .slice(0, limit);
}
