import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Result as FleetResult } from '../fleet/result.ts';
import { start } from '../start/processes.ts';
import { type Council, openCouncil } from './council.ts';
import { processorSeconds, residentMebibytes, watchMemory } from './proc.ts';
import { ofCheckIns } from './server-metrics.ts';

export interface ReturnPlan {
  readonly devices: number;
  /** All devices come back at random within so many seconds. */
  readonly within: number;
  /** Days for which each has been away. */
  readonly backlog: number;
  /** For how long they check in; otherwise until they are back. */
  readonly seconds?: number;
  /** Each listens for orders. */
  readonly streams?: boolean;
  /** The process of the database, where that is one of its own. */
  readonly postmaster?: number | undefined;
  readonly say: (words: string) => void;
}

export interface FleetPlan extends Omit<ReturnPlan, 'say' | 'postmaster'> {
  /** Where keys, and what each device holds as acknowledged, are kept. */
  readonly keep?: string;
}

export interface StormPlan extends ReturnPlan {
  readonly folder: string;
  /** The address of a PostgreSQL database; undefined: SQLite in the folder. */
  readonly database?: string | undefined;
}

/** Of the server's process, in MiB: with all the pages that it shares. */
export interface Memory {
  readonly before: number;
  readonly peak: number;
  readonly after: number;
}

export interface Storm {
  readonly fleet: FleetResult;
  readonly memory: Memory;
  /** Check-ins that the server has answered with 503 and Retry-After. */
  readonly sentAway: number;
  /** The most that were in hand at a time. */
  readonly inHandMost: number;
  /** Processor time that the server took for it, whatever else ran on the machine. */
  readonly serverSeconds: number;
}

const FLEET = join(import.meta.dirname, '../fleet/main.ts');
const AFTER_MS = 5_000;
/** A thread that collects its garbage holds up all of its devices; so many it has at the most. */
const DEVICES_OF_A_THREAD = 12_500;
/** The line of `npm run fleet` with which its clock starts. */
export const STARTS = /come back within/;

/** `npm run fleet` against the council; its lines and its result are on its output. */
export function startFleet({ origin, token }: Council, plan: FleetPlan): ChildProcess {
  const { devices, within, backlog, seconds = within, streams = false, keep } = plan;
  const workers = Math.max(2, Math.ceil(devices / DEVICES_OF_A_THREAD));
  const numbers = {
    devices,
    seconds,
    'return-within': within,
    backlog,
    workers,
    ...(keep === undefined ? {} : { keep }),
  };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (streams) args.push('--streams');
  const fleet = start({
    args: [FLEET, '--server', origin, '--token', '-', ...args],
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  fleet.stdin?.end(token);
  return fleet;
}

export interface Played extends Pick<Memory, 'before' | 'peak'> {
  readonly fleet: FleetResult;
  readonly serverSeconds: number;
  /** Of the database's processes; 0 where it is in the server's. */
  readonly databaseSeconds: number;
  /** From the moment at which the clock starts to the end of the last device, in seconds. */
  readonly seconds: number;
}

/** What the fleet prints, with the server's memory from the moment at which its clock starts. */
export async function play(council: Council, plan: ReturnPlan): Promise<Played> {
  const pid = council.server.pid ?? 0;
  const child = startFleet(council, plan);
  if (child.stderr === null || child.stdout === null) throw new Error('the fleet could not be started');
  const spent = (of: number | undefined): number => (of === undefined ? 0 : processorSeconds(of));
  let [output, before, processor, database, started, peak] = ['', 0, 0, 0, 0, () => 0];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface({ input: child.stderr }).on('line', (line) => {
    plan.say(line);
    if (!STARTS.test(line)) return;
    before = residentMebibytes(pid);
    processor = spent(pid);
    database = spent(plan.postmaster);
    started = performance.now();
    peak = watchMemory(pid);
  });
  await once(child, 'close');
  const most = peak();
  if (output === '') throw new Error('the fleet has ended without a result');
  return {
    fleet: JSON.parse(output) as FleetResult,
    before,
    peak: most,
    serverSeconds: spent(pid) - processor,
    databaseSeconds: spent(plan.postmaster) - database,
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * A server as a process of its own with the council's policy in force, and a fleet of `npm run fleet` that comes back to
 * it. The server goes on as it was: what its memory is afterwards is what it keeps, not what a collection would leave.
 */
export async function runStorm(plan: StormPlan): Promise<Storm> {
  const council = await openCouncil(plan.folder, { database: plan.database });
  try {
    const { fleet, before, peak, serverSeconds } = await play(council, plan);
    const [sentAway, inHandMost] = [
      await ofCheckIns(council, 'beadle_shed_total'),
      await ofCheckIns(council, 'beadle_in_hand_most'),
    ];
    await delay(AFTER_MS);
    const after = residentMebibytes(council.server.pid ?? 0);
    return { fleet, memory: { before, peak, after }, sentAway, inHandMost, serverSeconds };
  } finally {
    await council.stop();
  }
}
