import { faultOf, FAULTS } from './errors.ts';
import { type Identity, loadIdentity } from './identity/identity.ts';
import { readLeftService } from './identity/left-service.ts';
import { type OpenStore, openStore } from './outbox/store.ts';
import { waitFor } from './uplink/backoff.ts';
import { type AgentOptions, wire } from './wiring.ts';

export { type AgentOptions, wire } from './wiring.ts';

const RETRY_MS = 30_000;
const pause = (signal: AbortSignal, milliseconds = RETRY_MS) => waitFor(milliseconds, signal);

/**
 * Runs on an open store; ends when stopped, or rejects where the store turns out damaged. True where the server has said what
 * a run cannot outlive, so that another begins: the device has left service, or the server has another key.
 */
async function runOn(
  store: OpenStore,
  identity: Identity,
  options: AgentOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const wired = wire(store, identity, options);
  const { outbox, transport, uplink, schedule, orders, effects, stream, ended } = wired;
  const aliveAt = outbox.meta.text('alive_at');
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal, ended]);
  // What the device is held to is in force before it does anything else.
  const running = [orders.run(until)];
  if (readLeftService(options.data) === undefined) {
    running.push(uplink.run(until), schedule.run(until, aliveAt === undefined ? undefined : Number(aliveAt)));
    running.push(effects.run(until), stream.run(until));
  }
  try {
    await Promise.race(running);
  } finally {
    stop.abort();
    await Promise.allSettled(running);
    await transport.close().catch(() => undefined);
    markAlive(wired);
  }
  return ended.aborted;
}

function markAlive({ outbox, now, usage }: Pick<ReturnType<typeof wire>, 'outbox' | 'now' | 'usage'>): void {
  try {
    outbox.transaction(() => {
      outbox.meta.set('alive_at', now());
      usage.keep(true);
    });
  } catch {
    // The store is damaged or full: the next start says so.
  }
}

/** One attempt to run; true where it is worth another. */
async function attempt(options: AgentOptions, signal: AbortSignal): Promise<boolean> {
  const isTriedAgain = await options.enrolment?.(signal);
  const identity = loadIdentity(options.data);
  if (identity === undefined) {
    if (isTriedAgain !== true)
      options.log.warn('this device is not enrolled: run beadle-agent enrol with a token from ICT');
    await pause(signal);
    return true;
  }
  const store = openStore(options.data, options.clock.now());
  try {
    if (store.found === 'set-aside') options.log.error({ fault: 'corrupt' }, FAULTS.corrupt);
    return await runOn(store, identity, options, signal);
  } finally {
    store.sql.close();
  }
}

/** Runs the agent until `signal` aborts. No fault of the store or its folder ends it (invariant 2). */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (!(await attempt(options, signal))) return;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      options.log.error({ fault, folder: options.data }, FAULTS[fault]);
      await pause(signal, fault === 'corrupt' ? 1_000 : RETRY_MS);
    }
  }
}
