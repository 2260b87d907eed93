import { type Clock, iso, type PublicJwk, type Random, thumbprint } from '@beadle/shared';
import type { Logger } from 'pino';
import type { Collector, History, Place } from './collectors/collector.ts';
import { contextOf } from './cycle/context.ts';
import { createCycle } from './cycle/cycle.ts';
import { createPaused } from './cycle/paused.ts';
import { createWhereabouts } from './cycle/whereabouts.ts';
import { createHealth } from './cycle/health.ts';
import { createUsageKeeper } from './cycle/usage.ts';
import { Schedule } from './cycle/schedule.ts';
import { stateBody, writeBody } from './cycle/transitions.ts';
import type { Host } from './host/host.ts';
import { type Identity } from './identity/identity.ts';
import { noteLeftService } from './identity/left-service.ts';
import { followServerKey } from './identity/server-key.ts';
import { sortDocuments } from './orders/document-types.ts';
import { createPolicyKeeper } from './orders/policy.ts';
import { createOrderService } from './orders/service.ts';
import { createMemory, type Memory } from './outbox/memory.ts';
import { openOutbox } from './outbox/open.ts';
import type { Bounds } from './outbox/bounds.ts';
import type { Outbox } from './outbox/outbox.ts';
import { type OpenStore } from './outbox/store.ts';
import type { Restrictor, RestrictorDeps } from './restrictions/means.ts';
import { keptIn } from './restrictions/kept.ts';
import { restrictorFor } from './restrictions/registry.ts';
import { type BackOff, waitFor } from './uplink/backoff.ts';
import { countedTransport } from './uplink/counted.ts';
import { EffectsUplink } from './uplink/effects.ts';
import { createCounter } from './uplink/exchange.ts';
import { createServerTime } from './uplink/server-time.ts';
import { Stream } from './uplink/stream.ts';
import type { Transport } from './uplink/transport.ts';
import { Uplink } from './uplink/uplink.ts';
import { VERSION } from './version.ts';
import type { Watcher } from './watch/watcher.ts';

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
  /** Enrols a device by what was put down for it, if anything was; true where that is tried again. Rejects with what `faultOf` knows. */
  readonly enrolment?: (signal: AbortSignal) => Promise<boolean>;
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

const addressesOf = async (name: string): Promise<readonly string[]> => {
  const { lookup } = await import('node:dns/promises');
  return (await lookup(name, { all: true })).map(({ address }) => address);
};

/** What is known of this device and its policy, and the cycles by which it is looked at. */
function wireCycle(store: OpenStore, identity: Identity, options: AgentOptions, pausedUntil: () => number | undefined) {
  const { clock, random, log, host } = options;
  const outbox = openOutbox(store, identity.enrolment, { random, bounds: options.bounds, now: clock.now() });
  const memory = createMemory(store.sql);
  const serverTime = createServerTime(clock, outbox.meta);
  const now = () => serverTime.now();
  const policies = createPolicyKeeper({ sql: store.sql, identity, now, log });
  const usage = createUsageKeeper({ host, meta: outbox.meta, now });
  const health = createHealth({ outbox, host, skewMs: () => serverTime.skewMs(), now });
  const whereabouts = createWhereabouts(options.place);
  const device = () => contextOf(policies.current());
  const paused = createPaused({ meta: outbox.meta, clock, now, holdsUntil: pausedUntil });
  const seen = { whereabouts, health, paused, usage };
  const cycle = createCycle({ ...options, ...seen, outbox, memory, now, orders: policies, device });
  const resend = () => restate(outbox, memory, random, now());
  return { outbox, memory, serverTime, now, policies, whereabouts, cycle, resend, usage };
}

interface Calls {
  readonly pauseChanged: () => void;
  readonly noted: () => void;
  readonly refused: () => void;
}

function wireOrders(
  store: OpenStore,
  identity: Identity,
  options: AgentOptions,
  {
    outbox,
    serverTime,
    resend,
    noted,
    refused,
    pauseChanged,
  }: Calls & Pick<Looked, 'outbox' | 'serverTime' | 'resend'>,
) {
  const { data, clock, log, host } = options;
  const { server } = identity.enrolment;
  const deps = { host, server, environment: process.env, kept: keptIn(outbox.meta), resolve: addressesOf };
  const restrictor = options.restrictor?.(deps) ?? restrictorFor(host.platform, deps);
  const calls = { resend, noted, refused, pauseChanged };
  return createOrderService({ data, sql: store.sql, identity, clock, serverTime, log, restrictor, ...calls });
}

type Looked = ReturnType<typeof wireCycle>;

const aboutOf = ({ platform, release }: Host) => ({ version: VERSION, platform, release });

/**
 * What the server says that is kept beside the identity and that a run cannot outlive: that the device has left service, and
 * which key it is to hold to from now on.
 */
function createEnding({ data, log }: AgentOptions, { enrolment }: Identity, now: () => number) {
  const stop = new AbortController();
  const left = (detail: string): void => {
    noteLeftService(data, { at: iso(now()), detail });
    stop.abort();
  };
  const follow = (serverKey: PublicJwk): void => {
    if (!followServerKey(data, enrolment, serverKey)) return;
    log.warn({ serverKey: thumbprint(serverKey) }, 'the server speaks by a new key, which the one before has named');
    stop.abort();
  };
  return { calls: { left, follow }, signal: stop.signal };
}

/** What one run of the agent is made of, on an open store; `run` of its parts set it going. */
export function wire(store: OpenStore, identity: Identity, options: AgentOptions) {
  const { clock, random, log, host } = options;
  const looked = wireCycle(store, identity, options, () => orders.pause.holdsUntil());
  const { outbox, memory, serverTime, policies, whereabouts, cycle, resend, usage } = looked;
  const orders = wireOrders(store, identity, options, {
    ...looked,
    noted: () => effects.wake(),
    refused: () => schedule.want('agent-health'),
    pauseChanged: () => schedule.want(),
  });
  const transport = countedTransport(options.transport(identity.enrolment.server), host.usage);
  const requests = { transport, counter: createCounter(), wait: waitFor };
  const base = { ...requests, clock, identity, outbox, memory, random, serverTime, log };
  const accept = (documents: readonly string[]) => {
    const { desired, policies: signed } = sortDocuments(documents);
    orders.accept(desired);
    if (policies.accept(signed)) schedule.want();
  };
  const effects = new EffectsUplink({ ...base, ...orders.reports });
  const stream = new Stream({ ...base, accept });
  const ending = createEnding(options, identity, looked.now);
  const uplink = new Uplink({
    ...base,
    ...(options.backOff === undefined ? {} : { backOff: options.backOff }),
    about: aboutOf(host),
    onCouncilNetwork: () => (orders.pause.holds() ? null : whereabouts.told()),
    policySerial: () => policies.serial(),
    ...lastContact(outbox.meta),
    accept,
    restate: resend,
    ...ending.calls,
    reached: () => [schedule.want('agent-health'), stream.hurry(), effects.hurry()],
  });
  const resumed = () => {
    uplink.hurry();
    stream.reopen();
  };
  const schedule = new Schedule({ ...options, cycle, usage, kept: (isUrgent) => uplink.wake(isUrgent), resumed });
  return { ...looked, transport, uplink, schedule, orders, effects, stream, ended: ending.signal };
}

/** Each current state as a finding again, for a server that has lost count. */
function restate(outbox: Outbox, memory: Memory, random: Random, now: number): void {
  const bodies = memory.states().map((row) => writeBody(stateBody(row), random));
  outbox.append(bodies, now);
}
