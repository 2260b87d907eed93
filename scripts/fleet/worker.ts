import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { createTransport } from '../../packages/agent/src/uplink/transport.ts';
import { enrolDevice, type KeptDevice } from './device.ts';
import { inTurns } from './in-turns.ts';
import { play, type Played, type PlayPlan } from './play.ts';
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
  | { readonly kind: 'played'; readonly played: Played; readonly devices: readonly KeptDevice[] };

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

async function playAll(all: readonly KeptDevice[]): Promise<void> {
  const shared = connections === undefined ? undefined : createTransport(plan.server, { connections });
  const each = await Promise.all(
    all.map(async (device, index) => {
      const localAddress = sourceOf(plan.server, index * threads);
      const played = await play(device, plan, { shared, localAddress });
      say({ kind: 'back' });
      return played;
    }),
  );
  await shared?.close();
  const sum = (of: (played: Played) => number) => each.reduce((total, played) => total + of(played), 0);
  const played = {
    findings: sum(({ findings }) => findings),
    errors: sum(({ errors }) => errors),
    sentAway: sum(({ sentAway }) => sentAway),
    streamsOpened: sum(({ streamsOpened }) => streamsOpened),
    latencies: each.flatMap(({ latencies }) => latencies),
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
