import {
  appearedEvents,
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
  SAME_EVENT_WITHIN_MS,
  timedConditions,
} from '@beadle/shared';
import type { Collector, History } from '../collectors/collector.ts';
import type { Host } from '../host/host.ts';
import { REACHED_AT } from '../outbox/meta.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Health } from './health.ts';
import type { Memory } from '../outbox/memory.ts';
import { observe, readAhead, readHistories, type Read } from './observe.ts';
import { type Body, findTransitions, writeBody } from './transitions.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface CycleOptions {
  readonly host: Host;
  readonly collectors: readonly Collector[];
  readonly histories: readonly History[];
  readonly outbox: Outbox;
  readonly memory: Memory;
  readonly random: Random;
  /** The best-known time, in milliseconds since the epoch. */
  readonly now: () => number;
  /** What this device is told to hold to. */
  readonly orders: {
    /** In the order of their beginning; none where there is no policy for it. */
    versions(): readonly PolicyInTime[];
    authorisations(): readonly Authorisation[];
  };
  readonly device: () => DeviceContext;
  readonly whereabouts: Whereabouts;
  /** The agent's own observation, for `agent-health`. */
  readonly health: Health;
}

export interface CycleResult {
  /** Findings kept in the outbox. */
  readonly findings: number;
  /** Something serious is among them, that is not kept waiting for anything. */
  readonly isUrgent: boolean;
}

interface Gathered {
  readonly observations: ReadonlyMap<string, Observation>;
  readonly reads: readonly Read[];
}

type Unseen = ReadonlyMap<string, { readonly from: number; readonly to: number }>;

/** Checks with logs of which none tells all of it: what happened while the agent was off can no longer be known. */
function unseenSince(reads: readonly Read[], offSince: number | undefined, now: number): Unseen {
  if (offSince === undefined) return new Map();
  const checks = new Set(reads.map(({ history }) => history.check));
  for (const read of reads) if (read.whole) checks.delete(read.history.check);
  return new Map([...checks].map((check) => [check, { from: offSince, to: now }]));
}

/** Two reports of one event, or one that an earlier cycle has told, are one. */
function onlyNew(memory: Memory, check: string, events: readonly unknown[]): unknown[] {
  const taken = new Map<string, number>();
  return events.filter((event) => {
    const identity = identityOf(check, event);
    if (identity === undefined) return true;
    const name = `${check}/${identity.key}`;
    const before = taken.get(name) ?? memory.seenAt(name);
    if (before !== undefined && Math.abs(identity.at - before) < SAME_EVENT_WITHIN_MS) return false;
    taken.set(name, identity.at);
    return true;
  });
}

/** What a log has told, with its true time, is not told again because it is there. */
function untold(check: string, appeared: readonly unknown[], told: readonly unknown[]): readonly unknown[] {
  const keys = new Set(told.map((event) => identityOf(check, event)?.key));
  return appeared.filter((event) => !keys.has(identityOf(check, event)?.key ?? ''));
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

/** What the due checks show, with each event once. */
async function gather(
  options: CycleOptions,
  checks: ReadonlySet<string> | undefined,
  wasOff: boolean,
): Promise<Gathered> {
  const { memory } = options;
  const due = ({ check }: { readonly check: string }) => checks === undefined || checks.has(check);
  const [collectors, histories] = [options.collectors.filter(due), options.histories.filter(due)];
  const bookmarkOf = (id: string) => memory.bookmark(id)?.position;
  // What comes in between two full cycles is judged by where the device was at the last one.
  const place = checks === undefined ? [options.whereabouts] : [];
  const host = await readAhead(options.host, [...collectors, ...place], histories, bookmarkOf);
  for (const one of place) await one.look(host);
  const observed = await observe(host, collectors, options.now());
  const reads = await readHistories(host, histories, { bookmarkOf, wasOff });
  if (due({ check: 'agent-health' })) observed.set('agent-health', options.health.observe());
  const appeared = appearedEvents(observed, memory.conditions(), options.now());
  const observations = new Map(
    [...observed].map(([check, { facts, events }]) => {
      const kept = reads.filter(({ history }) => history.check === check).flatMap((read) => read.events);
      const told = [...events, ...kept];
      const all = [...told, ...untold(check, appeared.get(check) ?? [], told)];
      return [check, { facts, events: onlyNew(memory, check, all) }];
    }),
  );
  return { observations, reads };
}

interface Moment {
  readonly offSince: number | undefined;
  readonly now: number;
  /** What `reach` gave at the cycle before. */
  readonly reached: number;
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
    unseen: unseenSince(gathered.reads, offSince, now),
  });
  const rules = new Set(rulesOf(policy).map(({ id }) => id));
  return findTransitions(options.memory, { judgements, policyVersion: policy.version, rules, now });
}

const isSerious = ({ verdict, severity }: Body): boolean =>
  verdict === 'fail' && (severity === 'critical' || severity === 'high');

function reach(options: CycleOptions, now: number): number {
  const { meta } = options.outbox;
  const before = meta.integer(REACHED_AT);
  if (now > before) meta.set(REACHED_AT, now);
  return Math.max(now, before);
}

/** Keeps what was gathered and what follows from it; runs within the outbox's transaction. */
function keep(options: CycleOptions, gathered: Gathered, offSince: number | undefined): CycleResult {
  const { memory, outbox, random } = options;
  const now = options.now();
  outbox.meta.set('alive_at', now);
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
  if (gathered.observations.has('agent-health')) options.health.told();
  return { findings: bodies.length, isUrgent: bodies.some(isSerious) };
}

/**
 * One cycle: collect, evaluate, keep what changed. The findings, the verdicts they change and the bookmarks they come
 * from are one transaction, so that whatever fails in between is simply found again (invariant 2).
 */
export const createCycle = (options: CycleOptions) => ({
  /** Collects `checks`, or all. `offSince` (milliseconds) is given for the first cycle after a time without any. */
  async run(checks?: ReadonlySet<string>, offSince?: number): Promise<CycleResult> {
    const gathered = await gather(options, checks, offSince !== undefined);
    return options.outbox.transaction(() => keep(options, gathered, offSince));
  },
});

export type Cycle = ReturnType<typeof createCycle>;
