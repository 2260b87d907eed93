import {
  evaluate,
  type Judgement,
  modeOf,
  type Observation,
  type PolicyDocument,
  type Rule,
  timedConditions,
  unknown,
} from '@beadle/shared';
import { judgeLocation, standOf } from '../judging/judge.ts';
import type { FleetDevice } from './device.ts';
import { recall } from './recalled.ts';

export type ByRule = ReadonlyMap<string, readonly Judgement[]>;

/** What the device would have observed: its last facts, and what happened of late. */
function observationsOf({ facts, events }: FleetDevice): Map<string, Observation> {
  const observations = new Map<string, Observation>(
    [...facts].map(([check, { facts: told }]) => [check, { facts: told, events: [] }]),
  );
  for (const finding of events) {
    const before = observations.get(finding.check) ?? { facts: unknown('not-told'), events: [] };
    observations.set(finding.check, { ...before, events: [...before.events, ...recall(finding)] });
  }
  return observations;
}

/** What holds in facts has held at least since they last changed. */
function sinceOf(observations: ReadonlyMap<string, Observation>, { facts }: FleetDevice): Map<string, number> {
  return new Map(
    timedConditions(observations).flatMap((name) => {
      const at = facts.get(name.slice(0, name.indexOf('/')))?.at;
      return at === undefined ? [] : [[name, at] as const];
    }),
  );
}

/** What the server would judge of where a device calls from, by the country of its last call. */
const locationsOf = (rules: readonly Rule[], { context, authorisations, country }: FleetDevice, now: number) =>
  rules
    .filter((rule) => rule.check === 'location' && modeOf(rule) !== 'off')
    .map((rule) => ({ rule, ...standOf(rule, context, { now, authorisations }, () => judgeLocation(rule, country)) }));

/** Judges a device by a policy, or by those of its rules that are to be kept: by rule, states and events. */
export function judgePolicy(
  policy: PolicyDocument | undefined,
  device: FleetDevice,
  now: number,
  keep: (rule: Rule) => boolean = () => true,
): ByRule {
  const byRule = new Map<string, Judgement[]>();
  const rules = policy?.rules.filter(keep) ?? [];
  if (policy === undefined || (rules.length === 0 && policy.rules.length > 0)) return byRule;
  const observations = observationsOf(device);
  const judged = evaluate({
    policy: { ...policy, rules },
    device: device.context,
    observations,
    since: sinceOf(observations, device),
    now,
    authorisations: device.authorisations,
  });
  for (const { rule, ...judgement } of [...judged, ...locationsOf(rules, device, now)]) {
    const list = byRule.get(rule.id);
    if (list === undefined) byRule.set(rule.id, [judgement]);
    else list.push(judgement);
  }
  return byRule;
}
