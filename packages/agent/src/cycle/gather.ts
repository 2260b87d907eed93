import { appearedEvents, identityOf, type Observation, SAME_EVENT_WITHIN_MS, type Unseen } from '@beadle/shared';
import type { Collector, History } from '../collectors/collector.ts';
import type { Host } from '../host/host.ts';
import type { Memory } from '../outbox/memory.ts';
import type { Health } from './health.ts';
import { observe, type Read, readAhead, readHistories } from './observe.ts';
import { nothingLookedAt, type Paused } from './paused.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface GatherOptions {
  readonly host: Host;
  readonly collectors: readonly Collector[];
  readonly histories: readonly History[];
  readonly memory: Memory;
  /** The best-known time, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly whereabouts: Whereabouts;
  /** The agent's own observation, for `agent-health`. */
  readonly health: Health;
  /** Without it nothing ever pauses the agent. */
  readonly paused?: Paused;
}

export interface Gathered {
  readonly observations: ReadonlyMap<string, Observation>;
  readonly reads: readonly Read[];
}

/** Checks with logs of which none tells all of it: what happened while the agent was off can no longer be known. */
export function unseenSince(
  reads: readonly Read[],
  offSince: number | undefined,
  now: number,
): ReadonlyMap<string, Unseen> {
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

/** While Beadle is paused: no source is read, of no log a bookmark is moved, and the agent tells of itself alone. */
export function notGathered(options: GatherOptions, checks: ReadonlySet<string> | undefined): Gathered {
  options.host.usage?.look();
  const known = [...options.collectors, ...options.histories].map(({ check }) => check);
  const observations = nothingLookedAt(checks ?? known);
  if (checks === undefined || checks.has('agent-health')) observations.set('agent-health', options.health.observe());
  return { observations, reads: [] };
}

/** What the due checks show, with each event once. */
export async function gather(
  options: GatherOptions,
  checks: ReadonlySet<string> | undefined,
  wasOff: boolean,
): Promise<Gathered> {
  const { memory } = options;
  options.host.usage?.look();
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
      const logged = reads.filter(({ history }) => history.check === check).flatMap((read) => read.events);
      const kept = options.paused?.withoutPauses(check, logged) ?? logged;
      const told = [...events, ...kept];
      const all = [...told, ...untold(check, appeared.get(check) ?? [], told)];
      return [check, { facts, events: onlyNew(memory, check, all) }];
    }),
  );
  return { observations, reads };
}
