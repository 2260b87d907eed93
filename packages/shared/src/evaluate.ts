import type { Authorisation } from './authorisations/authorisation.ts';
import { excused } from './authorisations/excuse.ts';
import type { DeviceContext } from './checks/check.ts';
import { cannotTell, state } from './checks/check.ts';
import { SERVER_JUDGED } from './checks/later.ts';
import type { Observation } from './checks/observation.ts';
import { checkNamed } from './checks/registry.ts';
import { DEVICE_SUBJECT, type Judgement } from './findings/finding.ts';
import type { Reason, Unknown } from './findings/verdict.ts';
import { coverageOf } from './policy/covers.ts';
import { modeOf, type PolicyDocument, type Rule, rulesOf } from './policy/document.ts';
import { isKnown } from './findings/verdict.ts';
import { policyAt, type PolicyInTime } from './policy/versions.ts';

/** What nobody looked at, in milliseconds since the epoch; the system kept none of it, if nothing else is said. */
export interface Unseen {
  readonly from: number;
  readonly to: number;
  readonly reason?: Reason;
}

export interface EvaluateInput {
  readonly policy: PolicyDocument;
  readonly device: DeviceContext;
  /** By the check's name. A check that is not there has not been collected. */
  readonly observations: ReadonlyMap<string, Observation>;
  /** When each timed condition of each check (`check/condition`) was first seen, in milliseconds since the epoch. */
  readonly since: ReadonlyMap<string, number>;
  readonly now: number;
  /** Checks of which nothing between two moments can be known any more. */
  readonly unseen?: ReadonlyMap<string, Unseen>;
  /** Those for this device, past and future ones among them; none where nothing is said. */
  readonly authorisations?: readonly Authorisation[];
  /**
   * The latest moment that the device is known to have reached: a clock that was put back since makes nothing earlier
   * that an authorisation or a version of the policy would end by.
   */
  readonly reached?: number;
}

export interface RuleJudgement extends Judgement {
  readonly rule: Rule;
}

function unseenJudgement(rule: Rule, input: EvaluateInput): readonly Judgement[] {
  const span = input.unseen?.get(rule.check);
  if (span === undefined) return [];
  const observed = { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() };
  const base = { severity: rule.severity, now: input.now };
  return [{ ...state(base, 'unknown', { reason: span.reason ?? 'history-not-kept', observed }), kind: 'event' }];
}

function sinceOf(check: string, since: ReadonlyMap<string, number>): Map<string, number> {
  const prefix = `${check}/`;
  return new Map([...since].flatMap(([key, at]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), at]] : [])));
}

/** What happened is on record even where it cannot be judged. */
function unjudgedEvents(rule: Rule, input: Omit<EvaluateInput, 'policy'>, reason: Reason): readonly Judgement[] {
  const check = checkNamed(rule.check);
  return (input.observations.get(rule.check)?.events ?? []).map((event) => {
    const { subject, at: now } = check?.identify?.(event) ?? { subject: DEVICE_SUBJECT, at: input.now };
    return { ...state({ severity: rule.severity, now }, 'unknown', { reason, subject }), kind: 'event' };
  });
}

const unknownRule = (rule: Rule, input: EvaluateInput, why: Unknown): readonly Judgement[] => [
  cannotTell({ severity: rule.severity, now: input.now }, why),
  ...unjudgedEvents(rule, input, why.unknown),
  ...unseenJudgement(rule, input),
];

function judgeRule(rule: Rule, input: EvaluateInput): readonly Judgement[] {
  const base = { severity: rule.severity, now: input.now };
  const coverage = coverageOf(rule.covers, input.device);
  if (coverage === 'not-covered') return [state(base, 'not-applicable', { reason: 'not-covered' })];
  if (coverage === 'cannot-tell') return unknownRule(rule, input, { unknown: 'nothing-to-compare' });
  const check = checkNamed(rule.check);
  if (check === undefined) return unknownRule(rule, input, { unknown: 'check-not-supported' });
  const observation = input.observations.get(rule.check);
  if (observation === undefined) return [];
  if (!isKnown(observation.facts)) return unknownRule(rule, input, observation.facts);
  const judged = check.evaluate({
    ...base,
    require: rule.require,
    facts: observation.facts.known,
    events: observation.events,
    device: input.device,
    since: sinceOf(rule.check, input.since),
  });
  return [...judged, ...unseenJudgement(rule, input)];
}

/**
 * Judges observations by a policy: pure, without clock or I/O. Rules that are off or that only the server can judge
 * are left out; a check that has not been collected this time says nothing, which is not a pass.
 */
export function evaluate(input: EvaluateInput): RuleJudgement[] {
  return rulesOf(input.policy)
    .filter((rule) => modeOf(rule) !== 'off' && !SERVER_JUDGED.includes(rule.check))
    .flatMap((rule) =>
      judgeRule(rule, input).map((judgement) => ({
        ...excused(rule, judgement, input.authorisations ?? [], Math.max(judgement.at, input.reached ?? judgement.at)),
        rule,
      })),
    );
}

export interface EvaluateOverInput extends Omit<EvaluateInput, 'policy'> {
  /** In the order of their beginning, the one in force and those to come included. */
  readonly policies: readonly PolicyInTime[];
}

export interface VersionedJudgement extends RuleJudgement {
  readonly policyVersion: string;
}

type Observations = ReadonlyMap<string, Observation>;

/** The observations with only the events that `holds` at their time. */
const withEventsOf = (observations: Observations, holds: (check: string, event: unknown) => boolean): Observations =>
  new Map(
    [...observations].map(([check, { facts, events }]) => [
      check,
      { facts, events: events.filter((event) => holds(check, event)) },
    ]),
  );

const onlyWithEvents = (observations: Observations): Observations =>
  new Map([...observations].filter(([, { events }]) => events.length > 0));

/**
 * Judges by the version in force: what is now by the one of now, each event by the one of its own time. What happened
 * before the first is on record and is judged by none.
 */
export function evaluateOver({ policies, ...input }: EvaluateOverInput): VersionedJudgement[] {
  const reached = Math.max(input.now, input.reached ?? input.now);
  const current = policyAt(policies, reached);
  if (current === undefined) return [];
  const versionOf = (check: string, event: unknown) => {
    const at = checkNamed(check)?.identify?.(event).at ?? input.now;
    return policyAt(policies, Math.max(at, input.reached ?? at));
  };
  const versions = [...new Set(policies.map(({ policy }) => policy))];
  return versions.flatMap((policy) => {
    const observations = withEventsOf(input.observations, (check, event) => versionOf(check, event) === policy);
    const version = { policyVersion: policy.version };
    if (policy === current)
      return [...evaluate({ ...input, policy, observations }), ...beforeAll(current, input, versionOf)].map((one) => ({
        ...one,
        ...version,
      }));
    const past = { ...input, policy, observations: onlyWithEvents(observations), unseen: new Map() };
    return evaluate(past).flatMap((one) => (one.kind === 'event' ? [{ ...one, ...version }] : []));
  });
}

function beforeAll(
  policy: PolicyDocument,
  input: Omit<EvaluateInput, 'policy'>,
  versionOf: (check: string, event: unknown) => PolicyDocument | undefined,
): RuleJudgement[] {
  const observations = withEventsOf(input.observations, (check, event) => versionOf(check, event) === undefined);
  return rulesOf(policy)
    .filter((rule) => modeOf(rule) !== 'off')
    .flatMap((rule) => unjudgedEvents(rule, { ...input, observations }, 'no-policy').map((one) => ({ ...one, rule })));
}
