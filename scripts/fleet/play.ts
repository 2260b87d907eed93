import { setTimeout as delay } from 'node:timers/promises';
import type { Transport } from '../../packages/agent/src/uplink/transport.ts';
import { type KeptDevice, wakeDevice } from './device.ts';
import { foundWhileAway } from './findings.ts';
import type { Streamed } from './streams.ts';
import { watch } from './transport.ts';

export interface PlayPlan {
  readonly server: string;
  readonly seconds: number;
  readonly returnWithin: number;
  readonly backlog: number;
  readonly perDay: number;
  readonly policyVersion: string;
  readonly streams: boolean;
}

/** What came of one device, or of many. */
export interface Played {
  readonly findings: number;
  readonly errors: number;
  readonly sentAway: number;
  /** Of each acknowledged check-in, from its first attempt on, in milliseconds. */
  readonly latencies: readonly number[];
  readonly streamed: Streamed;
}

/** What came of all devices of a thread. */
export interface ThreadPlayed extends Played {
  readonly heldUpMs: number;
}

/** After the end of the time, for those who were told to come again later: more than the server ever tells. */
const PATIENCE_MS = 300_000;
/** What another attempt would not change: the request, the key or the address is wrong. */
const isForGood = (status: number) =>
  status === 200 || (status >= 400 && status < 500 && ![408, 409, 415, 429].includes(status));

type Awake = ReturnType<typeof wakeDevice>;

/** Checks in until everything is acknowledged; gives the pause that follows, or undefined where it was in vain. */
async function untilSettled(
  device: Awake,
  transport: ReturnType<typeof watch>,
  latencies: number[],
  giveUpAt: number,
): Promise<number | undefined> {
  const never = new AbortController().signal;
  let from = performance.now();
  for (;;) {
    const { acknowledged, pauseMs } = await device.checkIn(never);
    if (acknowledged) latencies.push(performance.now() - from);
    else if (isForGood(transport.lastStatus()) || performance.now() + pauseMs > giveUpAt) return undefined;
    if (acknowledged && device.pending() === 0) return pauseMs;
    if (acknowledged) from = performance.now();
    else await delay(pauseMs);
  }
}

/** Check-ins of a working day at one in five minutes: what is found in a day is spread over so many. */
const CHECK_INS_A_DAY = 96;
const hasNews = ({ perDay }: PlayPlan): boolean => Math.random() <= perDay / CHECK_INS_A_DAY;

export interface Company {
  /** What the devices have connections of; undefined: each has its own. */
  readonly shared: Transport | undefined;
  /** That the server is called from. */
  readonly localAddress: string | undefined;
  /** This one is done but for listening; resolves when all are, so that none listens no more before the last has come. */
  readonly done: () => Promise<void>;
}

/** One device: comes back at its moment with what it has found, and reports as an agent does until the time is over. */
export async function play(
  kept: KeptDevice,
  plan: PlayPlan,
  { shared, localAddress, done }: Company,
): Promise<Played & { readonly kept: KeptDevice }> {
  const started = performance.now();
  const ends = started + plan.seconds * 1000;
  await delay(Math.random() * plan.returnWithin * 1000);
  const transport = watch(plan.server, shared, localAddress);
  let device = wakeDevice(kept, transport);
  const latencies: number[] = [];
  const ending = new AbortController();
  let listening: Promise<void> | undefined;
  let [findings, errors] = [0, 0];
  const foundIn = (days: number) => foundWhileAway({ days, perDay: plan.perDay, now: Date.now() });
  for (let found = foundIn(plan.backlog); ; found = hasNews(plan) ? foundIn(0) : []) {
    device.keep(found, plan.policyVersion);
    const had = device.pending();
    const pause = await untilSettled(device, transport, latencies, ends + PATIENCE_MS);
    findings += had - device.pending();
    if (pause === undefined) errors += 1;
    else if (plan.streams) listening ??= device.listen(ending.signal);
    if (pause === undefined || performance.now() + pause > ends) break;
    // One that listens stays awake; of the others a hundred thousand have to fit into the memory of one machine.
    const asleep = plan.streams ? undefined : device.sleep();
    await delay(pause);
    if (asleep !== undefined) device = wakeDevice(asleep, transport);
  }
  const all = done();
  if (listening !== undefined) await Promise.all([all, delay(Math.max(0, ends - performance.now()))]);
  const streamed = transport.streamed();
  ending.abort();
  await listening;
  await transport.close();
  return { findings, errors, sentAway: transport.sentAway(), latencies, streamed, kept: device.sleep() };
}
