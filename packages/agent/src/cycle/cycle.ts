import {
  type Authorisation,
  type DeviceContext,
  evaluateOver,
  identityOf,
  isKnown,
  type Observation,
  policyAt,
  type PolicyDocument,
  type PolicyInTime,
  type Random,
  rulesOf,
  timedConditions,
  type Unseen,
} from '@beadle/shared';
import { latestReached, REACHED_AT } from '../outbox/meta.ts';
import type { Memory } from '../outbox/memory.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { gather, type Gathered, type GatherOptions, notGathered, unseenSince } from './gather.ts';
import type { UsageKeeper } from './usage.ts';
import { type Body, findTransitions, writeBody } from './transitions.ts';

export interface CycleOptions extends GatherOptions {
  readonly outbox: Outbox;
  readonly random: Random;
  /** What this device is told to hold to. */
  readonly orders: {
    /** In the order of their beginning; none where there is no policy for it. */
    versions(): readonly PolicyInTime[];
    authorisations(): readonly Authorisation[];
  };
  readonly device: () => DeviceContext;
  /** Keeps what the agent has used; not counted where there is none. */
  readonly usage?: Pick<UsageKeeper, 'keep'>;
}

export interface CycleResult {
  /** Findings kept in the outbox. */
  readonly findings: number;
  /** Something serious is among them, that is not kept waiting for anything. */
  readonly isUrgent: boolean;
}

function remember(memory: Memory, gathered: Gathered, now: number): void {
  for (const [check, { events }] of gathered.observations) {
    for (const event of events) {
      const identity = identityOf(check, event);
      if (identity !== undefined) memory.markSeen(`${check}/${identity.key}`, identity.at);
    }
  }
  for (const { history, bookmark } of gathered.reads) {
    const isNew = bookmark !== undefined && bookmark !== memory.bookmark(history.id)?.position;
    if (isNew) memory.putBookmark(history.id, bookmark, now);
  }
}

/** Timed conditions begin when first seen and end when their check, looked at again, no longer has them. */
function keepConditions(memory: Memory, observations: ReadonlyMap<string, Observation>, now: number): void {
  const holding = new Set(timedConditions(observations));
  const before = memory.conditions();
  for (const name of holding) if (!before.has(name)) memory.addCondition(name, now);
  for (const name of before.keys()) {
    const observation = observations.get(name.slice(0, name.indexOf('/')));
    if (observation !== undefined && isKnown(observation.facts) && !holding.has(name)) memory.dropCondition(name);
  }
}

interface Moment {
  readonly offSince: number | undefined;
  readonly now: number;
  /** What `reach` gave at the cycle before. */
  readonly reached: number;
}

function unseenIn(
  { paused }: CycleOptions,
  { observations, reads }: Gathered,
  { offSince, now }: Pick<Moment, 'offSince' | 'now'>,
): ReadonlyMap<string, Unseen> {
  const unseen = unseenSince(reads, offSince, now);
  const pause = observations.has('agent-health') ? paused?.untold() : undefined;
  return pause === undefined ? unseen : new Map([...unseen, ['agent-health', pause]]);
}

function judge(
  options: CycleOptions,
  policy: PolicyDocument,
  gathered: Gathered,
  { offSince, now, reached }: Moment,
): Body[] {
  const judgements = evaluateOver({
    policies: options.orders.versions(),
    authorisations: options.orders.authorisations(),
    reached,
    device: { ...options.device(), onCouncilNetwork: options.whereabouts.onCouncilNetwork() },
    observations: gathered.observations,
    since: options.memory.conditions(),
    now,
    unseen: unseenIn(options, gathered, { offSince, now }),
  });
  const rules = new Set(rulesOf(policy).map(({ id }) => id));
  return findTransitions(options.memory, { judgements, policyVersion: policy.version, rules, now });
}

const isSerious = ({ verdict, severity }: Body): boolean =>
  verdict === 'fail' && (severity === 'critical' || severity === 'high');

function reach(options: CycleOptions, now: number): number {
  const { meta } = options.outbox;
  if (now > meta.integer(REACHED_AT)) meta.set(REACHED_AT, now);
  return latestReached(meta, now);
}

/** Keeps what was gathered and what follows from it; runs within the outbox's transaction. */
function keep(options: CycleOptions, gathered: Gathered, offSince: number | undefined): CycleResult {
  const { memory, outbox, random } = options;
  const now = options.now();
  outbox.meta.set('alive_at', now);
  options.paused?.note();
  options.usage?.keep();
  for (const [check, { facts }] of gathered.observations) memory.putFacts(check, facts, now);
  const before = outbox.meta.integer(REACHED_AT);
  const policy = policyAt(options.orders.versions(), reach(options, now));
  if (policy === undefined) {
    // Nothing is judged: no event counts as told, and no bookmark moves but the first.
    remember(memory, { observations: new Map(), reads: gathered.reads.filter((read) => read.first) }, now);
    return { findings: 0, isUrgent: false };
  }
  remember(memory, gathered, now);
  keepConditions(memory, gathered.observations, now);
  const bodies = judge(options, policy, gathered, { offSince, now, reached: before });
  outbox.append(
    bodies.map((body) => writeBody(body, random)),
    now,
  );
  if (gathered.observations.has('agent-health')) {
    options.health.told();
    options.paused?.told();
  }
  return { findings: bodies.length, isUrgent: bodies.some(isSerious) };
}

/**
 * One cycle: collect, evaluate, keep what changed. The findings, the verdicts they change and the bookmarks they come
 * from are one transaction, so that whatever fails in between is simply found again (invariant 2).
 */
export const createCycle = (options: CycleOptions) => ({
  /** Collects `checks`, or all. `offSince` (milliseconds) is given for the first cycle after a time without any. */
  async run(checks?: ReadonlySet<string>, offSince?: number): Promise<CycleResult> {
    const isPaused = () => options.paused?.holds() === true;
    const since = offSince ?? (checks === undefined ? options.paused?.overSince() : undefined);
    const gathered = isPaused() ? notGathered(options, checks) : await gather(options, checks, since !== undefined);
    // One that was begun meanwhile counts as well.
    const kept = () => (isPaused() ? notGathered(options, checks) : gathered);
    return options.outbox.transaction(() => keep(options, kept(), since));
  },
});

export type Cycle = ReturnType<typeof createCycle>;
