import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Random } from '@beadle/shared';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { dropEnded } from '../enrolment/pending-store.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { enqueue } from '../jobs/queue.ts';
import type { JobKind } from '../jobs/run.ts';
import { nextDaily } from '../organisation/digests.ts';
import { readOrganisation } from '../organisation/store.ts';
import { heldNow } from './held-now.ts';
import type { Step } from './phase.ts';
import { purgeFindings, type PurgeContext } from './purge-findings.ts';
import { purgeOrders } from './purge-orders.ts';
import { purgeBreaches, purgeMessages, purgePeople } from './purge-others.ts';
import { purgePauses } from './purge-pauses.ts';
import { purgeRights } from './purge-rights.ts';

export const RETENTION_JOB = 'retention';
/** On the council's clock: when nobody waits for the database. */
const ERASED_AT = '03:30';

type Phase = (tx: Tx, context: PurgeContext, place: string | null) => Promise<Step>;

/** In their order: who is named by a breach or a message is looked for when those have been gone through. */
const PHASES: Readonly<Record<string, Phase>> = {
  findings: purgeFindings,
  breaches: purgeBreaches,
  rights: purgeRights,
  orders: purgeOrders,
  pauses: purgePauses,
  messages: purgeMessages,
  people: purgePeople,
};
const NAMES = Object.keys(PHASES);

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** The run that goes on, or a new one. */
async function currentRun(tx: Tx, organisation: string, now: number) {
  const open = await tx
    .selectFrom('retention_runs')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('ended_at', 'is', null)
    .orderBy('started_at')
    .limit(1)
    .executeTakeFirst();
  if (open !== undefined) return open;
  const last = await tx
    .selectFrom('retention_runs')
    .select((eb) => eb.fn.max('started_at').as('at'))
    .where('organisation', '=', organisation)
    .executeTakeFirst();
  // Each has a moment of its own, though a clock was put back.
  const startedAt = Math.max(now, (last?.at ?? 0) + 1);
  const run = { organisation, started_at: startedAt, phase: NAMES[0] ?? '', place: null, erased: '{}', ended_at: null };
  await tx.insertInto('retention_runs').values(run).execute();
  return run;
}
type Run = Awaited<ReturnType<typeof currentRun>>;

const note = (
  tx: Tx,
  { organisation, started_at }: Run,
  columns: Partial<Pick<Run, 'phase' | 'place' | 'erased' | 'ended_at'>>,
) =>
  tx
    .updateTable('retention_runs')
    .set(columns)
    .where('organisation', '=', organisation)
    .where('started_at', '=', started_at)
    .execute();

/** What it erased, by kind and count, and of nobody. */
async function end(tx: Tx, run: Run, erased: Readonly<Record<string, number>>, now: number): Promise<void> {
  const { organisation } = run;
  // These name nobody but by chance, and have no setting of their own.
  await dropEnded(tx, organisation, now);
  await note(tx, run, { erased: JSON.stringify(erased), place: null, ended_at: now });
  const act = { organisation, at: now, actor: 'beadle', action: 'retention-applied', target: 'retention' };
  await recordAct(tx, { ...act, detail: { erased } });
}

/**
 * One step, in a transaction of its own: what it erases, its place and the count are there together or not at all. Gives
 * whether the run has ended. Whoever places a legal hold waits for the step, and the next one finds it.
 */
async function step(tx: Tx, organisation: string, now: number): Promise<boolean> {
  await lockOrganisation(tx, organisation);
  const run = await currentRun(tx, organisation, now);
  const { settings } = await readOrganisation(tx, organisation);
  const held = await heldNow(tx, organisation, now);
  const context = { organisation, now: Math.min(run.started_at, now), retention: settings.retention, held };
  const { erased: count = 0, next = null } = (await PHASES[run.phase]?.(tx, context, run.place)) ?? {};
  const before = JSON.parse(run.erased) as Record<string, number>;
  const erased = { ...before, [run.phase]: (before[run.phase] ?? 0) + count };
  const following = NAMES[NAMES.indexOf(run.phase) + 1];
  if (next === null && following === undefined) {
    await end(tx, run, erased, now);
    return true;
  }
  const goesOn = next === null ? { phase: following ?? run.phase, place: null } : { place: next };
  await note(tx, run, { ...goesOn, erased: JSON.stringify(erased) });
  return false;
}

const queueAt = (tx: Tx, organisation: string, runAt: number, { clock, random }: Omit<Deps, 'db'>): Promise<void> =>
  enqueue(tx, { organisation, kind: RETENTION_JOB, key: RETENTION_JOB, payload: {}, runAt, at: clock.now() }, random);

/** Once a day: erases what is kept no longer, step by step; what does not fit into one job's time goes on in the next. */
export function retentionJobs({ db, ...deps }: Deps): Record<string, JobKind> {
  return {
    [RETENTION_JOB]: {
      forever: true,
      async run(_payload, { organisation, signal }) {
        let isDone = false;
        while (!isDone && !signal.aborted) {
          isDone = await inTransaction(db, (tx) => step(tx, organisation, deps.clock.now()));
          await turn();
        }
        const now = deps.clock.now();
        const next = isDone ? nextDaily(now, ERASED_AT) : now;
        await inTransaction(db, (tx) => queueAt(tx, organisation, next, deps));
      },
    },
  };
}

/** At the start of a server: the job that queues itself again is there, once. */
export async function ensureRetention(db: Db, deps: Omit<Deps, 'db'>): Promise<void> {
  await inTransaction(db, async (tx) => {
    for (const { id } of await tx.selectFrom('organisations').select('id').orderBy('id').execute())
      await queueAt(tx, id, nextDaily(deps.clock.now(), ERASED_AT), deps);
  });
}

/** The last run that has ended, for the settings page. */
export async function lastRun(db: Db, organisation: string) {
  const row = await db
    .selectFrom('retention_runs')
    .select(['ended_at', 'erased'])
    .where('organisation', '=', organisation)
    .where('ended_at', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { at: row.ended_at, erased: JSON.parse(row.erased) as Record<string, number> };
}
