import { after, type BreachKind, type Deadlines, type Severity, type Target } from '@beadle/shared';
import { addWorkingTime, type WorkingCalendar } from './calendar.ts';

/** What was decided about telling somebody outside, at a moment in milliseconds since the epoch. */
export interface ExternalDecision {
  /** The name of the policy's deadline, such as `article-33`. */
  readonly about: string;
  readonly at: number;
  /** `told` is the notification itself; the others are decisions of a person, and end nothing. */
  readonly outcome: 'told' | 'to-be-told' | 'not-to-be-told';
}

/**
 * What the clocks of a breach go by, its moments in milliseconds since the epoch; null what has not happened. When it
 * happened, and when a device detected it, starts no clock: nobody knew.
 */
export interface ClockedBreach {
  readonly severity: Severity;
  readonly kind: BreachKind | null;
  /** First by a person. */
  readonly reportedAt: number | null;
  /** As the Data Protection Officer has it; null where it is as `awareAtOf` works it out. */
  readonly awareAt: number | null;
  /** Put into the queue of the role that the policy reports to (invariant 7). */
  readonly notifiedAt: number | null;
  readonly acknowledgedAt: number | null;
  /** Who confirmed it; null where a device alone says so. */
  readonly confirmedBy: string | null;
  readonly decisions: readonly ExternalDecision[];
}

export interface BreachClock {
  /** `acknowledgement`, or the name of a deadline of the policy's `regulator`. */
  readonly name: string;
  /** From which moment it is counted: `reported` is the stricter one, which nobody's view of being aware moves. */
  readonly reading: 'notified' | 'aware' | 'reported';
  readonly from: number;
  readonly due: number;
  readonly state: 'running' | 'met' | 'missed';
  /** Beside the clock, in the order of their times: none of them stops it or moves it. */
  readonly decisions: readonly ExternalDecision[];
}

export interface Timing {
  readonly deadlines: Deadlines;
  readonly calendar: WorkingCalendar;
}

/** When a time that begins at a moment has run out. */
export function dueAfter(from: number, { within, counts }: Target, calendar: WorkingCalendar): number {
  return counts === 'clock' ? after(from, within) : addWorkingTime(from, within, calendar);
}

const earliest = (...moments: readonly (number | null)[]): number | null =>
  moments.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null);

/**
 * Since when the council is aware, with a reasonable degree of certainty (Article 33(1) of the UK GDPR): as the Data
 * Protection Officer says, else from the first that a person reported, or was notified of. What a device alone has
 * detected is known to nobody yet.
 */
export const awareAtOf = ({ awareAt, reportedAt, notifiedAt }: ClockedBreach): number | null =>
  awareAt ?? earliest(reportedAt, notifiedAt);

/** What is done in time is met, and at the very moment that it is due it still is. */
function stateOf(due: number, doneAt: number | null, now: number): BreachClock['state'] {
  if (doneAt !== null && doneAt <= due) return 'met';
  return doneAt === null && now <= due ? 'running' : 'missed';
}

/** When a breach is to be acknowledged; null where nobody has been notified yet, or nobody needs to acknowledge it. */
export function acknowledgementDue(breach: ClockedBreach, { deadlines, calendar }: Timing): number | null {
  const target = deadlines.acknowledge[breach.severity];
  return breach.notifiedAt === null || target === 'none' ? null : dueAfter(breach.notifiedAt, target, calendar);
}

function acknowledgement(breach: ClockedBreach, timing: Timing, now: number): BreachClock[] {
  const [from, due] = [breach.notifiedAt, acknowledgementDue(breach, timing)];
  if (from === null || due === null) return [];
  const state = stateOf(due, breach.acknowledgedAt, now);
  return [{ name: 'acknowledgement', reading: 'notified', from, due, state, decisions: [] }];
}

function regulator(breach: ClockedBreach, { deadlines }: Timing, now: number): BreachClock[] {
  const readings = [
    { reading: 'aware', from: awareAtOf(breach) },
    { reading: 'reported', from: breach.reportedAt },
  ] as const;
  return deadlines.regulator.flatMap(({ name, within }) => {
    const decisions = breach.decisions.filter(({ about }) => about === name).toSorted((a, b) => a.at - b.at);
    const told = decisions.find(({ outcome }) => outcome === 'told')?.at ?? null;
    return readings.flatMap(({ reading, from }): BreachClock[] => {
      if (from === null) return [];
      const due = after(from, within);
      return [{ name, reading, from, due, state: stateOf(due, told, now), decisions }];
    });
  });
}

/**
 * The clocks of a breach at a moment (milliseconds since the epoch). The regulator's run by the clock on the wall from
 * both readings, whether or not the breach turns out to concern personal data, and only having told them ends one: a
 * decision not to, with its reasons, is a record beside it (Article 33(5)), for it may have to be changed.
 */
export const clocksOf = (breach: ClockedBreach, timing: Timing, now: number): readonly BreachClock[] => [
  ...acknowledgement(breach, timing, now),
  ...regulator(breach, timing, now),
];
