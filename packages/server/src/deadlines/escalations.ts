import type { Escalation, OutOfHours } from '@beadle/shared';
import { acknowledgementDue, type ClockedBreach, dueAfter, type Timing } from './breach-clocks.ts';
import { nextWorkingMoment } from './calendar.ts';

/** Whom a breach that nobody acknowledges goes to, and when: milliseconds since the epoch. */
export interface DueEscalation {
  /** Its place in the policy's list, from 0. */
  readonly step: number;
  readonly to: Escalation['to'];
  readonly due: number;
  /** When it would have been due, had it not been held over to working hours; else the same. */
  readonly heldFrom: number;
}

const holds = (entry: OutOfHours, { kind, severity, confirmedBy }: ClockedBreach): boolean =>
  (entry.kinds === undefined || (kind !== null && entry.kinds.includes(kind))) &&
  (entry.severities === undefined || entry.severities.includes(severity)) &&
  (entry.confirmedBy === undefined || confirmedBy !== null);

/** Whether somebody may be called out of working hours because of a breach. */
export const mayDisturb = (breach: ClockedBreach, { deadlines }: Timing): boolean =>
  deadlines.outOfHours.some((entry) => holds(entry, breach));

/**
 * Every escalation of a breach that stays unacknowledged, in the policy's order. The first counts from when the time to
 * acknowledge ran out, each further one from when the one before it was due, so that whoever is told on Monday morning of
 * what fell due on Saturday has their time as well.
 */
export function escalationsOf(breach: ClockedBreach, timing: Timing): readonly DueEscalation[] {
  const target = acknowledgementDue(breach, timing);
  if (target === null) return [];
  const { deadlines, calendar } = timing;
  const disturbs = mayDisturb(breach, timing);
  let since = target;
  return deadlines.escalate.flatMap(({ to, after, counts, severities }, step): DueEscalation[] => {
    if (severities !== undefined && !severities.includes(breach.severity)) return [];
    const heldFrom = dueAfter(since, { within: after, counts }, calendar);
    const due = disturbs ? heldFrom : nextWorkingMoment(heldFrom, calendar);
    since = due;
    return [{ step, to, due, heldFrom }];
  });
}

/**
 * The escalations that fall due after one moment and up to another: of two rounds that follow each other, each is in
 * one. What was acknowledged by then is not escalated. A breach that has changed since (confirmed at night, or more
 * severe) may have been due before `after`: whoever keeps which steps have been told asks from `-Infinity` on.
 */
export const escalationsDue = (
  breach: ClockedBreach,
  timing: Timing,
  { after, until }: { readonly after: number; readonly until: number },
): readonly DueEscalation[] =>
  escalationsOf(breach, timing).filter(
    ({ due }) => after < due && due <= until && (breach.acknowledgedAt === null || due < breach.acknowledgedAt),
  );
