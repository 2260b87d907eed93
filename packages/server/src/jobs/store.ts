import type { Db } from '../db/database.ts';
import { runsSideBySide } from '../db/engine.ts';
import { inTransaction } from '../db/transaction.ts';

export interface LeasedJob {
  readonly id: string;
  readonly organisation: string;
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  /** 1 at the first; with the id it names this lease, so that whoever lost a lease can end nothing. */
  readonly attempts: number;
}

export interface JobCounts {
  /** Waiting or being run. */
  readonly waiting: number;
  readonly dead: number;
}

/** Jobs of one kind, or of every kind but some. */
export type KindsOf = { readonly only: string } | { readonly but: readonly string[] };

interface Lease {
  readonly now: number;
  readonly leaseMs: number;
  readonly limit: number;
  readonly kinds?: KindsOf;
}

/** What can be taken now: what waits and is due, and what somebody had who died before its lease ended. */
const dueJobs = (from: Pick<Db, 'selectFrom'>, { now, limit, kinds = { but: [] } }: Lease) =>
  from
    .selectFrom('jobs as due')
    .select('due.id')
    .where((row) =>
      row.or([
        row.and([row('due.status', '=', 'waiting'), row('due.run_at', '<=', now)]),
        row.and([row('due.status', '=', 'running'), row('due.leased_until', '<=', now)]),
      ]),
    )
    .$call((query) => {
      if ('only' in kinds) return query.where('due.kind', '=', kinds.only);
      return kinds.but.length === 0 ? query : query.where('due.kind', 'not in', [...kinds.but]);
    })
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('jobs as other')
            .select('other.id')
            .whereRef('other.organisation', '=', 'due.organisation')
            .whereRef('other.kind', '=', 'due.kind')
            .whereRef('other.dedupe_key', '=', 'due.dedupe_key')
            .whereRef('other.id', '<>', 'due.id')
            .where('other.status', '=', 'running'),
        ),
      ),
    )
    .orderBy('due.run_at')
    .orderBy('due.id')
    .limit(limit);

/** Jobs that another worker is taking at this moment are left to it. */
const notBeingTaken = (db: Db, lease: Lease) => {
  const due = dueJobs(db, lease);
  return runsSideBySide(db) ? due.forUpdate().skipLocked() : due;
};

/**
 * Takes up to `limit` due jobs for `leaseMs`, the earliest first; never one whose kind and key is being run. A single
 * statement, so that two workers never take the same.
 */
export async function leaseDue(db: Db, lease: Lease): Promise<LeasedJob[]> {
  const rows = await db
    .with('taken', () => notBeingTaken(db, lease))
    .updateTable('jobs')
    .set((row) => ({ status: 'running', leased_until: lease.now + lease.leaseMs, attempts: row('attempts', '+', 1) }))
    .where('id', 'in', (inner) => inner.selectFrom('taken').select('taken.id'))
    .returningAll()
    .execute();
  return rows
    .toSorted((a, b) => a.run_at - b.run_at)
    .map((row) => ({
      id: row.id,
      organisation: row.organisation,
      kind: row.kind,
      key: row.dedupe_key,
      payload: JSON.parse(row.payload),
      attempts: row.attempts,
    }));
}

const held = (db: Db, job: LeasedJob) =>
  db.updateTable('jobs').where('id', '=', job.id).where('status', '=', 'running').where('attempts', '=', job.attempts);

export async function complete(db: Db, job: LeasedJob): Promise<void> {
  await held(db, job).set({ status: 'done', leased_until: null, last_error: null }).execute();
}

export async function bury(db: Db, job: LeasedJob, error: string): Promise<void> {
  await held(db, job).set({ status: 'dead', leased_until: null, last_error: error }).execute();
}

/** Back to waiting until `runAt`; where one with the same key has been queued meanwhile, that one does the work. */
export async function retryLater(
  db: Db,
  job: LeasedJob,
  retry: { readonly runAt: number; readonly error: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const successor = await tx
      .selectFrom('jobs')
      .select('id')
      .where('organisation', '=', job.organisation)
      .where('kind', '=', job.kind)
      .where('dedupe_key', '=', job.key)
      .where('status', '=', 'waiting')
      .executeTakeFirst();
    const status = successor === undefined ? 'waiting' : 'done';
    await held(tx, job).set({ status, leased_until: null, run_at: retry.runAt, last_error: retry.error }).execute();
  });
}

/** What was done is kept for a week, to be looked at; what is dead stays until somebody has. */
export async function forgetDone(db: Db, before: number): Promise<void> {
  await db.deleteFrom('jobs').where('status', '=', 'done').where('run_at', '<', before).execute();
}

export async function countJobs(db: Db): Promise<JobCounts> {
  const rows = await db
    .selectFrom('jobs')
    .select((row) => ['status', row.fn.countAll<number>().as('count')])
    .where('status', 'in', ['waiting', 'running', 'dead'])
    .groupBy('status')
    .execute();
  const count = (...statuses: string[]) =>
    rows.filter((row) => statuses.includes(row.status)).reduce((sum, row) => sum + row.count, 0);
  return { waiting: count('waiting', 'running'), dead: count('dead') };
}
