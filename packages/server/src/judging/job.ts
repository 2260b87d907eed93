import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Random } from '@beadle/shared';
import type { NoticeDeps } from '../breaches/notices.ts';
import type { Db, Tx } from '../db/database.ts';
import { runsSideBySide } from '../db/engine.ts';
import { lockDevice } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import type { DeviceRow } from '../devices/read.ts';
import { enqueue } from '../jobs/queue.ts';
import type { JobKind } from '../jobs/run.ts';
import { forgetDone } from '../jobs/store.ts';
import type { Log } from '../log.ts';
import { DAILY_JOB, ensureDigests, MONTHLY_JOB, WEEKLY_JOB } from '../organisation/digests.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Settings } from '../settings.ts';
import {
  type Bench,
  benchesOf,
  changesOf,
  excusesOf,
  isNothing,
  judgeInTransaction,
  type JudgingDeps,
} from './apply.ts';
import { deviceRow, devicesBehind, judgedOfAll } from './store.ts';
import { beat } from './uptime.ts';
import { tellOfRights } from '../rights/due.ts';
import { tellOfTheDay } from './daily.ts';
import { tellOfTheLog } from './monthly.ts';
import { tellOfTheWeek } from './weekly.ts';

export const JUDGING_JOB = 'judging';

const EVERY_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Devices that are looked at between two looks at whether time is up. */
const AT_ONCE = 200;
/** Devices that are written in one transaction of SQLite, for which check-ins wait. */
const AT_ONCE_WRITTEN = 25;

export interface JudgingJobDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'origin'>;
  readonly log: Pick<Log, 'info'>;
  readonly wake: () => void;
}

interface JudgingPayload {
  /** The last device of a round that a lease was too short for. */
  readonly after?: string;
}

const queueRound = (tx: Tx, organisation: string, payload: JudgingPayload, at: number, wait: number, random: Random) =>
  enqueue(tx, { organisation, kind: JUDGING_JOB, key: JUDGING_JOB, payload, runAt: at + wait, at }, random);

type BenchFor = (device: DeviceRow) => Bench;

async function judgeLocked(tx: Tx, { organisation, id }: DeviceRow, benchFor: BenchFor): Promise<boolean> {
  await lockDevice(tx, organisation, id);
  const device = await deviceRow(tx, organisation, id);
  return device !== undefined && judgeInTransaction(tx, device, benchFor(device));
}

/**
 * Writes for those that differ. Where transactions run side by side each device has its own, so that it is held shortly
 * and locks are taken in one order; on SQLite, where each would wait for the disk, a few have one.
 */
async function judgeChanged(db: Db, devices: readonly DeviceRow[], benchFor: BenchFor): Promise<boolean> {
  const inOne = runsSideBySide(db) ? 1 : AT_ONCE_WRITTEN;
  let opened = false;
  for (let from = 0; from < devices.length; from += inOne) {
    const part = devices.slice(from, from + inOne);
    const found = await inTransaction(db, async (tx) => {
      let any = false;
      for (const device of part) any = (await judgeLocked(tx, device, benchFor)) || any;
      return any;
    });
    opened ||= found;
    await turn();
  }
  return opened;
}

/** Those of which something would have to be written. */
async function differing(
  db: Db,
  organisation: string,
  devices: readonly DeviceRow[],
  benchFor: BenchFor,
): Promise<readonly DeviceRow[]> {
  const ids = devices.map(({ id }) => id);
  const judged = await judgedOfAll(db, organisation, ids);
  const found: DeviceRow[] = [];
  for (const device of devices) {
    const bench = benchFor(device);
    const authorisations = await excusesOf(db, device, bench);
    if (!isNothing(changesOf(device, { before: judged.get(device.id) ?? [], authorisations }, bench)))
      found.push(device);
  }
  return found;
}

/** Judges devices from `after` on, batch by batch; gives the last one where the signal ended it, else null. */
export async function judgeFleet(
  db: Db,
  organisation: string,
  { after = '', signal, now, ...deps }: JudgingPayload & JudgingDeps & { readonly signal: AbortSignal; now: number },
): Promise<{ readonly stoppedAt: string | null; readonly looked: number; readonly opened: boolean }> {
  const benchFor = await inTransaction(db, (tx) => benchesOf(tx, organisation, now, deps));
  let [last, looked, opened] = [after, 0, false];
  for (;;) {
    const devices = await devicesBehind(db, organisation, last, AT_ONCE);
    if (devices.length > 0) {
      opened = (await judgeChanged(db, await differing(db, organisation, devices, benchFor), benchFor)) || opened;
      looked += devices.length;
      last = devices.at(-1)?.id ?? last;
    }
    if (devices.length < AT_ONCE) return { stoppedAt: null, looked, opened };
    // SQLite answers at once: without this a round of a large fleet would be one turn of the event loop.
    await turn();
    if (signal.aborted) return { stoppedAt: last, looked, opened };
  }
}

/** What the server does by itself every quarter of an hour and once a week. */
export function judgingJobs(deps: JudgingJobDeps): Record<string, JobKind> {
  const { db, clock, random, settings, log, wake } = deps;
  const { origin } = settings;
  return {
    [JUDGING_JOB]: {
      forever: true,
      async run(payload, { organisation, signal }) {
        const { after } = payload as JudgingPayload;
        const now = clock.now();
        await inTransaction(db, (tx) => beat(tx, now));
        const round = { ...(after === undefined ? {} : { after }), signal, now, random, origin };
        const { stoppedAt, looked, opened } = await judgeFleet(db, organisation, round);
        if (stoppedAt !== null) log.info({ looked, stoppedAt }, 'judging goes on in another job');
        await inTransaction(db, (tx) =>
          stoppedAt === null
            ? queueRound(tx, organisation, {}, now, EVERY_MS, random)
            : queueRound(tx, organisation, { after: stoppedAt }, now, 0, random),
        );
        await forgetDone(db, now - WEEK_MS);
        if (opened) wake();
      },
    },
    [DAILY_JOB]: digestJob(deps, async (tx, organisation, about) => {
      await tellOfTheDay(tx, organisation, about);
      await tellOfRights(tx, organisation, about);
    }),
    [WEEKLY_JOB]: digestJob(deps, tellOfTheWeek),
    [MONTHLY_JOB]: digestJob(deps, tellOfTheLog),
  };
}

type Tell = (tx: Tx, organisation: string, about: NoticeDeps & { readonly since: number }) => Promise<void>;

/** Tells and plans the next time in one transaction: neither is there without the other. */
function digestJob({ db, clock, random, settings, wake }: JudgingJobDeps, tell: Tell): JobKind {
  return {
    forever: true,
    async run(payload, { organisation }) {
      const now = clock.now();
      const { since = now - DAY_MS } = payload as { readonly since?: number };
      await inTransaction(db, async (tx) => {
        await tell(tx, organisation, { now, since, random, origin: settings.origin });
        const council = await readOrganisation(tx, organisation);
        await ensureDigests(tx, organisation, council.settings.digests, { now, random });
      });
      wake();
    },
  };
}

/** At the start of a server: the jobs that queue themselves again are there, once. */
export async function ensureJudging(
  db: Db,
  { clock, random }: Pick<JudgingJobDeps, 'clock' | 'random'>,
): Promise<void> {
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    for (const { id } of await tx.selectFrom('organisations').select('id').orderBy('id').execute()) {
      await queueRound(tx, id, {}, now, 0, random);
      const { settings } = await readOrganisation(tx, id);
      await ensureDigests(tx, id, settings.digests, { now, random });
    }
  });
}
