import { type Reason, type Rule, unknown, type Verdict } from '@beadle/shared';
import { type BreachAhead, breachesAhead, endsOf, type EventAhead, eventsAhead } from './ahead.ts';
import { ageOf, type FactsAge, type FleetDevice, type When } from './device.ts';
import { type ByRule, judgePolicy } from './judge-policy.ts';
import type { Plan, PlannedRule } from './plan.ts';
import { type NotKnown, standingOf } from './standing.ts';

export interface RuleOutcome {
  readonly rule: string;
  readonly before: Verdict;
  readonly after: Verdict;
  /** Why it would not be known, where it would not. */
  readonly reason?: NotKnown | undefined;
  readonly breaches: readonly BreachAhead[];
  /** Open breaches that would end. */
  readonly ends: number;
  readonly events: readonly EventAhead[];
}

export interface DeviceOutcome {
  readonly age: FactsAge;
  readonly rules: readonly RuleOutcome[];
}

/** Where a device says that it can no longer read what its facts once told, they count for nothing. */
function withoutBlind(device: FleetDevice, plan: Plan, now: number): FleetDevice {
  const doubtful = device.states.filter(
    ({ verdict, subject, rule, check, reason }) =>
      verdict === 'unknown' &&
      subject === 'device' &&
      reason !== null &&
      device.facts.has(check) &&
      plan.rules.get(rule)?.before !== undefined,
  );
  if (doubtful.length === 0) return device;
  const judged = judgePolicy(plan.before, device, now);
  const facts = new Map(device.facts);
  for (const { rule, check, reason } of doubtful) {
    const agrees = judged.get(rule)?.some((one) => one.subject === 'device' && one.verdict === 'unknown') === true;
    if (!agrees) facts.set(check, { at: now, facts: unknown(reason as Reason) });
  }
  return { ...device, facts };
}

function outcomeOf(
  id: string,
  planned: PlannedRule,
  [old, next]: readonly [ByRule, ByRule],
  about: Context,
): RuleOutcome {
  const { device, age, when } = about;
  const stands = (rule: Rule | undefined, judged: ByRule) =>
    standingOf(rule, judged, { device, age, judgesTheSame: planned.judgesTheSame });
  const after = stands(planned.after, next);
  const before = planned.isSame ? after : stands(planned.before, old);
  const sides = { planned, before, after };
  return {
    rule: id,
    before: before.verdict,
    after: after.verdict,
    reason: after.reason,
    breaches: breachesAhead(sides, device, when.now),
    ends: endsOf(sides, device, id),
    events: eventsAhead(sides, when),
  };
}

interface Context {
  readonly device: FleetDevice;
  readonly age: FactsAge;
  readonly when: When;
}

/** What a policy would change on one device: pure, over the facts that it told last. */
export function judgeDevice(given: FleetDevice, plan: Plan, when: When): DeviceOutcome {
  const age = ageOf(given, when);
  if (!plan.concerned) return { age, rules: [] };
  const device = withoutBlind(given, plan, when.now);
  const judged = [
    judgePolicy(plan.before, device, when.now, ({ id }) => plan.rules.get(id)?.isSame !== true),
    judgePolicy(plan.after, device, when.now),
  ] as const;
  const about = { device, age, when };
  return { age, rules: [...plan.rules].map(([id, planned]) => outcomeOf(id, planned, judged, about)) };
}
