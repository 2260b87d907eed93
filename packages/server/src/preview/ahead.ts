import { after as later, coverageOf, type Judgement, modeOf, type Rule, type Severity } from '@beadle/shared';
import type { FleetDevice, When } from './device.ts';
import type { PlannedRule } from './plan.ts';
import type { Standing } from './standing.ts';

/** A breach that the policy would bring and the one in force would not. */
export interface BreachAhead {
  /** As soon as the device has judged by it, within a week as its grace ends, or later. */
  readonly when: 'atOnce' | 'firstWeek' | 'later';
  readonly severity: Severity;
}

/** Something that happened and would have been a new breach. */
export interface EventAhead {
  readonly subject: string;
  readonly inWeek: boolean;
}

export const WEEK_MS = 7 * 86_400_000;

const isReport = (rule: Rule | undefined): boolean => rule !== undefined && modeOf(rule) === 'report';
const failing = (judgements: readonly Judgement[]) => judgements.filter(({ verdict }) => verdict === 'fail');

const graceEnd = (rule: Rule, began: number): number => (rule.grace === undefined ? began : later(began, rule.grace));

function whenOf(ends: number, now: number): BreachAhead['when'] {
  if (ends <= now) return 'atOnce';
  return ends <= now + WEEK_MS ? 'firstWeek' : 'later';
}

interface Sides {
  readonly planned: PlannedRule;
  readonly before: Standing;
  readonly after: Standing;
}

/** Subjects that the policy in force reports already, with the end of their grace under it. */
function reportedAlready({ planned, before }: Sides, beganAt: (subject: string) => number): Map<string, number> {
  const rule = planned.before;
  if (rule === undefined || !isReport(rule)) return new Map();
  return new Map(failing(before.states).map(({ subject }) => [subject, graceEnd(rule, beganAt(subject))]));
}

/**
 * New breaches of states, and those in grace that would come sooner. A device that fails already has told since when, and
 * grace counts from then: a rule that moves from observe to report may have used it up.
 */
export function breachesAhead(sides: Sides, device: FleetDevice, now: number): BreachAhead[] {
  const { planned, after } = sides;
  const rule = planned.after;
  if (rule === undefined || planned.isSame || !isReport(rule)) return [];
  const told = new Map(
    device.states
      .filter((one) => one.rule === rule.id && one.verdict === 'fail')
      .map((one) => [one.subject, one.since]),
  );
  const beganAt = (subject: string) => Math.min(told.get(subject) ?? now, now);
  const already = reportedAlready(sides, beganAt);
  const open = new Set(device.open.filter((one) => one.rule === rule.id).map(({ subject }) => subject));
  return failing(after.states).flatMap(({ subject, severity }) => {
    const ends = graceEnd(rule, beganAt(subject));
    const anyway = already.get(subject);
    const isNew = !open.has(subject) && (anyway === undefined || (anyway > now && ends < anyway));
    return isNew ? [{ severity, when: whenOf(ends, now) }] : [];
  });
}

/** Open breaches that would end: those of a rule that is gone, or that the device now keeps; off and unknown end none. */
export function endsOf({ planned, after }: Omit<Sides, 'before'>, device: FleetDevice, id: string): number {
  const open = planned.isSame ? [] : device.open.filter((one) => one.rule === id);
  if (open.length === 0) return 0;
  const rule = planned.after;
  if (rule === undefined || coverageOf(rule.covers, device.context) === 'not-covered') return open.length;
  if (after.states.length === 0) return 0;
  const blind = after.states.some(({ subject, verdict }) => subject === 'device' && verdict === 'unknown');
  return open.filter(({ subject }) => {
    const judged = after.states.find((state) => state.subject === subject);
    return judged === undefined ? !blind : judged.verdict !== 'fail' && judged.verdict !== 'unknown';
  }).length;
}

/** What happened of late and would have been a new breach. An event has no grace. */
export function eventsAhead({ planned, before, after }: Sides, { now }: When): EventAhead[] {
  if (planned.isSame || !isReport(planned.after)) return [];
  const nameOf = ({ subject, at }: Judgement) => JSON.stringify([subject, at]);
  const already = new Set(isReport(planned.before) ? failing(before.events).map(nameOf) : []);
  return failing(after.events)
    .filter((event) => !already.has(nameOf(event)))
    .map(({ subject, at }) => ({ subject, inWeek: at >= now - WEEK_MS }));
}
