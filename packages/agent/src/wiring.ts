import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from '@beadle/shared';
import type { Logger } from 'pino';
import type { Collector, History, Place } from './collectors/collector.ts';
import { contextOf } from './cycle/context.ts';
import { createCycle } from './cycle/cycle.ts';
import { createWhereabouts } from './cycle/whereabouts.ts';
import { createHealth } from './cycle/health.ts';
import { Schedule } from './cycle/schedule.ts';
import { stateBody, writeBody } from './cycle/transitions.ts';
import type { Host } from './host/host.ts';
import { type Identity } from './identity/identity.ts';
import { sortDocuments } from './orders/document-types.ts';
import { createPolicyKeeper } from './orders/policy.ts';
import { createOrderService } from './orders/service.ts';
import { createMemory, type Memory } from './outbox/memory.ts';
import { openOutbox } from './outbox/open.ts';
import type { Bounds } from './outbox/bounds.ts';
import type { Outbox } from './outbox/outbox.ts';
import { type OpenStore } from './outbox/store.ts';
import type { Restrictor, RestrictorDeps } from './restrictions/means.ts';
import { restrictorFor } from './restrictions/registry.ts';
import type { BackOff } from './uplink/backoff.ts';
import { createEffectsUplink } from './uplink/effects.ts';
import { createServerTime } from './uplink/server-time.ts';
import { createStream } from './uplink/stream.ts';
import type { Transport } from './uplink/transport.ts';
import { Uplink } from './uplink/uplink.ts';
import { VERSION } from './version.ts';
import type { Watcher } from './watch/watcher.ts';

export const waitFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

export interface AgentOptions {
  /** The data folder. */
  readonly data: string;
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly collectors: readonly Collector[];
  readonly histories: readonly History[];
  /** What tells where the device is; without it that is not known. */
  readonly place?: Place;
  readonly watchers: readonly Watcher[];
  readonly transport: (server: string) => Transport;
  /** What carries orders out, if not the means of the host's platform. */
  readonly restrictor?: (deps: RestrictorDeps) => Restrictor;
  /** How much the outbox holds, if not as much as in the field. */
  readonly bounds?: Bounds;
  /** How long to leave a server that does not answer alone, if not as long as in the field. */
  readonly backOff?: BackOff;
}

/** When the server last answered, as it is kept from run to run. */
const lastContact = (meta: Outbox['meta']) => {
  const at = meta.text('checked_in_at');
  return {
    contactedAt: at === undefined ? undefined : Date.parse(at),
    settledAt: (time: string) => meta.set('checked_in_at', time),
  };
};

const keptIn = (meta: Outbox['meta']): RestrictorDeps['kept'] => ({
  text: (name) => meta.text(`restriction_${name}`),
  set: (name, value) => meta.set(`restriction_${name}`, value),
});

const addressesOf = async (name: string): Promise<readonly string[]> => {
  const { lookup } = await import('node:dns/promises');
  return (await lookup(name, { all: true })).map(({ address }) => address);
};

/** What one run of the agent is made of, on an open store; `run` of its parts set it going. */
export function wire(store: OpenStore, identity: Identity, options: AgentOptions) {
  const { clock, random, log, host, data } = options;
  const { server } = identity.enrolment;
  const outbox = openOutbox(store, identity.enrolment, { random, bounds: options.bounds, now: clock.now() });
  const memory = createMemory(store.sql);
  const serverTime = createServerTime(clock, outbox.meta);
  const now = () => serverTime.now();
  const policies = createPolicyKeeper({ sql: store.sql, identity, now, log });
  const health = createHealth({ outbox, host, skewMs: () => serverTime.skewMs(), now });
  const whereabouts = createWhereabouts(options.place);
  const deps = { host, server, environment: process.env, kept: keptIn(outbox.meta), resolve: addressesOf };
  const orders = createOrderService({
    data,
    sql: store.sql,
    identity,
    clock,
    serverTime,
    log,
    restrictor: options.restrictor?.(deps) ?? restrictorFor(host.platform, deps),
    resend: () => restate(outbox, memory, random, now()),
    noted: () => effects.wake(),
    refused: () => schedule.want('agent-health'),
  });
  const cycle = createCycle({
    ...options,
    outbox,
    memory,
    now,
    orders: policies,
    device: () => contextOf(policies.current()),
    whereabouts,
    health,
  });
  const transport = options.transport(server);
  let last = 0;
  const counter = { read: () => last, write: (value: number) => void (last = value) };
  const base = { transport, clock, identity, outbox, memory, random, serverTime, log, counter, wait: waitFor };
  const accept = (documents: readonly string[]) => {
    const { desired, policies: signed } = sortDocuments(documents);
    orders.accept(desired);
    if (policies.accept(signed)) schedule.want();
  };
  const effects = createEffectsUplink({
    ...base,
    next: () => orders.effects.next(orders.keeper.version()),
    acknowledged: (report) => orders.effects.acknowledged(report),
  });
  const stream = createStream({ ...base, accept });
  const uplink = new Uplink({
    ...base,
    ...(options.backOff === undefined ? {} : { backOff: options.backOff }),
    about: { version: VERSION, platform: host.platform, release: host.release },
    onCouncilNetwork: () => whereabouts.told(),
    policySerial: () => policies.serial(),
    ...lastContact(outbox.meta),
    accept,
    restate: () => restate(outbox, memory, random, now()),
    reached() {
      schedule.want('agent-health');
      stream.hurry();
      effects.hurry();
    },
  });
  const schedule = new Schedule({
    ...options,
    cycle,
    kept: (isUrgent) => uplink.wake(isUrgent),
    resumed() {
      uplink.hurry();
      stream.reopen();
    },
  });
  return { outbox, memory, policies, cycle, transport, uplink, schedule, orders, effects, stream, now };
}

/** Each current state as a finding again, for a server that has lost count. */
function restate(outbox: Outbox, memory: Memory, random: Random, now: number): void {
  const bodies = memory.states().map((row) => writeBody(stateBody(row), random));
  outbox.append(bodies, now);
}
