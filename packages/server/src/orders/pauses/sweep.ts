import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Random } from '@beadle/shared';
import type { Db, Tx } from '../../db/database.ts';
import { inTransaction } from '../../db/transaction.ts';
import { enqueue } from '../../jobs/queue.ts';
import type { JobKind } from '../../jobs/run.ts';
import type { Announce } from '../desired-state/announce.ts';
import { asHeld, registeredIn } from '../registered.ts';
import { pausesHolding } from './pauses.ts';
import { settlePause } from './settle.ts';

export const PAUSE_JOB = 'pauses';
/** In one transaction: what calls meanwhile waits for so many at most. */
const DEVICES_AT_ONCE = 50;

export interface SweepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly announce: Announce;
}

interface Payload {
  /** The id of the device after which it goes on. */
  readonly after: string;
}

/** Has every device that is to be paused, or is to be no longer, told so: at `runAt` (milliseconds), under a key of its own. */
export const queueSweep = (
  tx: Tx,
  organisation: string,
  {
    key,
    runAt,
    at,
    after = '',
  }: { readonly key: string; readonly runAt: number; readonly at: number; readonly after?: string },
  random: Random,
): Promise<void> =>
  enqueue(tx, { organisation, kind: PAUSE_JOB, key, payload: { after } satisfies Payload, runAt, at }, random);

/** The next few devices, in one transaction; the id of the last of them, undefined where those were all. */
async function sweepSome(tx: Tx, organisation: string, after: string, deps: SweepDeps): Promise<string | undefined> {
  const now = deps.clock.now();
  const pauses = await pausesHolding(tx, organisation, now);
  const registered = await registeredIn(tx, organisation);
  const devices = await tx
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '>', after)
    .orderBy('id')
    .limit(DEVICES_AT_ONCE)
    .execute();
  for (const device of devices)
    await settlePause(tx, asHeld(device, registered), pauses, { now, announce: deps.announce });
  return devices.length < DEVICES_AT_ONCE ? undefined : devices.at(-1)?.id;
}

/** Goes through all devices, a few at a time; what does not fit into one job's time goes on in the next. */
export const pauseJobs = (deps: SweepDeps): Record<string, JobKind> => ({
  [PAUSE_JOB]: {
    forever: true,
    async run(payload, { organisation, signal }) {
      let after: string | undefined = (payload as Payload).after;
      while (after !== undefined && !signal.aborted) {
        const from: string = after;
        after = await inTransaction(deps.db, (tx) => sweepSome(tx, organisation, from, deps));
        await turn();
      }
      if (after === undefined) return;
      const [at, last] = [deps.clock.now(), after];
      await inTransaction(deps.db, (tx) =>
        queueSweep(tx, organisation, { key: `after:${last}`, runAt: at, at, after: last }, deps.random),
      );
    },
  },
});
