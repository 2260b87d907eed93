import {
  appearedEvents,
  type Authorisation,
  COLLECTED_CHECKS,
  type DeviceContext,
  evaluate,
  identityOf,
  isKnown,
  type Known,
  known,
  type Observation,
  onePerSubject,
  type PolicyDocument,
  type RuleJudgement,
  unknown,
} from '@beadle/shared';
import { chassisKind } from '../collectors/chassis.ts';
import { type Collector, FROM_START, type History, type Place } from '../collectors/collector.ts';
import type { Host } from '../host/host.ts';
import { observe, readAhead, readHistories } from './observe.ts';

export interface OnceOptions {
  readonly host: Host;
  readonly collectors: readonly Collector[];
  /** Logs that count from their beginning: none on a live machine, all in a replay. */
  readonly histories: readonly History[];
  readonly place: Place | undefined;
  readonly policy: PolicyDocument;
  readonly device: DeviceContext;
  readonly authorisations: readonly Authorisation[];
  /** When each timed condition was first seen. */
  readonly since: ReadonlyMap<string, number>;
  readonly enrolled: boolean;
}

const FROM_THE_START = () => FROM_START;

async function onCouncilNetwork({ device, place }: OnceOptions, host: Host): Promise<Known<boolean>> {
  if (isKnown(device.onCouncilNetwork) || place === undefined) return device.onCouncilNetwork;
  return place.onCouncilNetwork(await host.readAll(place.sources.map((source) => ({ source }))));
}

/** Events of each check, those of its logs first; what has been told there is not told again because it is there. */
function withEvents(
  check: string,
  { facts, events }: Observation,
  logged: readonly unknown[],
  appeared: readonly unknown[],
): Observation {
  const told = [...events, ...logged];
  const keys = new Set(told.map((event) => identityOf(check, event)?.key));
  return { facts, events: [...told, ...appeared.filter((event) => !keys.has(identityOf(check, event)?.key ?? ''))] };
}

async function observations(options: OnceOptions, host: Host): Promise<Map<string, Observation>> {
  const now = host.clock.now();
  const observed = await observe(host, options.collectors, now);
  const reads = await readHistories(host, options.histories, { bookmarkOf: FROM_THE_START, wasOff: false });
  const appeared = appearedEvents(observed, new Map(), now);
  const hindered = host.hindered?.();
  const health = {
    enrolled: options.enrolled,
    dropped: known(0),
    clockSkewMs: unknown('nothing-to-compare'),
    ...(hindered === undefined ? {} : { hindered }),
  };
  const all = COLLECTED_CHECKS.map((check): [string, Observation] => {
    const observation = observed.get(check) ?? { facts: unknown('check-not-supported'), events: [] };
    const logged = reads.filter(({ history }) => history.check === check).flatMap(({ events }) => events);
    return [check, withEvents(check, observation, logged, appeared.get(check) ?? [])];
  });
  return new Map([...all, ['agent-health', { facts: known(health), events: [] }]]);
}

/** One judgement a rule and subject, in the policy's order. */
function byRule(judgements: readonly RuleJudgement[]): RuleJudgement[] {
  const rules = [...new Set(judgements.map(({ rule }) => rule))];
  return rules.flatMap((rule) =>
    onePerSubject(judgements.filter((judgement) => judgement.rule === rule)).map((judgement) => ({
      ...judgement,
      rule,
    })),
  );
}

/**
 * One cycle that keeps nothing and sends nothing. A device that is in no register is what its firmware says; where that
 * is silent it is judged as a laptop.
 */
export async function judgeOnce(options: OnceOptions): Promise<RuleJudgement[]> {
  const { policy, since, authorisations, collectors, histories } = options;
  const place = options.place === undefined ? [] : [options.place];
  const host = await readAhead(options.host, [...collectors, ...place], histories, FROM_THE_START);
  const observed = await observations(options, host);
  const device: DeviceContext = {
    ...options.device,
    kind: options.device.kind ?? (await chassisKind(host)) ?? 'laptop',
    onCouncilNetwork: await onCouncilNetwork(options, host),
  };
  return byRule(evaluate({ policy, device, observations: observed, authorisations, since, now: host.clock.now() }));
}
