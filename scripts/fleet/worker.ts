import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { enrolDevice, type KeptDevice } from './device.ts';
import { inTurns } from './in-turns.ts';
import { play, type PlayPlan, type ThreadPlayed } from './play.ts';
import { totalOf } from './result.ts';
import { together } from './streams.ts';
import { patient, sourceOf } from './transport.ts';

/** What a thread is given: devices that are enrolled, and serial numbers of those that are to be. */
export interface Share {
  readonly plan: PlayPlan;
  readonly devices: readonly KeptDevice[];
  readonly toEnrol: readonly string[];
  /** A fleet key; empty where there is nobody to enrol. */
  readonly fleetKey: string;
  readonly connections: number | undefined;
  /** Of how many this is one. */
  readonly threads: number;
}

export type FromWorker =
  | { readonly kind: 'enrolled' }
  | { readonly kind: 'ready'; readonly devices: readonly KeptDevice[] }
  | { readonly kind: 'failed'; readonly words: string }
  | { readonly kind: 'back' }
  | { readonly kind: 'played'; readonly played: ThreadPlayed; readonly devices: readonly KeptDevice[] };

const ENROLMENTS_AT_A_TIME = 4;

const { plan, devices, toEnrol, fleetKey, connections, threads } = workerData as Share;
const say = (message: FromWorker) => parentPort?.postMessage(message);

async function enrolAll(): Promise<KeptDevice[]> {
  const { server } = plan;
  const transport = patient(createTransport(server, { connections: ENROLMENTS_AT_A_TIME }));
  const enrolled = await inTurns(toEnrol, ENROLMENTS_AT_A_TIME, async (serialNumber) => {
    const device = await enrolDevice({ server, token: fleetKey, serialNumber, transport });
    say({ kind: 'enrolled' });
    return device;
  });
  await transport.close();
  return [...devices, ...enrolled];
}

const LOOK_MS = 10;

async function playAll(all: readonly KeptDevice[]): Promise<void> {
  const delays = monitorEventLoopDelay({ resolution: LOOK_MS });
  delays.enable();
  const shared = connections === undefined ? undefined : createTransport(plan.server, { connections });
  const { promise: allAreDone, resolve } = Promise.withResolvers<void>();
  let left = all.length;
  const done = () => {
    left -= 1;
    if (left === 0) resolve();
    return allAreDone;
  };
  const each = await Promise.all(
    all.map(async (device, index) => {
      const localAddress = sourceOf(plan.server, index * threads);
      const played = await play(device, plan, { shared, localAddress, done });
      say({ kind: 'back' });
      return played;
    }),
  );
  await shared?.close();
  const played = {
    findings: totalOf(each, ({ findings }) => findings),
    errors: totalOf(each, ({ errors }) => errors),
    sentAway: totalOf(each, ({ sentAway }) => sentAway),
    latencies: each.flatMap(({ latencies }) => latencies),
    streamed: together(each.map(({ streamed }) => streamed)),
    heldUpMs: Math.round(delays.max / 1e6) - LOOK_MS,
  };
  say({ kind: 'played', played, devices: each.map(({ kept }) => kept) });
}

const go = parentPort === null ? Promise.resolve() : once(parentPort, 'message');
try {
  const all = await enrolAll();
  say({ kind: 'ready', devices: all });
  await go;
  await playAll(all);
} catch (error) {
  say({ kind: 'failed', words: error instanceof Error ? error.message : String(error) });
}
parentPort?.close();
