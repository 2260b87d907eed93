import type { Random } from '@beadle/shared';
import { sql } from 'kysely';
import { compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import { newId } from '../ids.ts';

export interface NewJob {
  readonly organisation: string;
  /** A key of the registry of handlers in app.ts. */
  readonly kind: string;
  /** While a job of this kind and key waits no second one is queued. */
  readonly key: string;
  /** Becomes JSON. */
  readonly payload: unknown;
  /** When the job is due, in milliseconds since the epoch. */
  readonly runAt: number;
  /** Now. */
  readonly at: number;
}

interface WaitingJob extends Omit<NewJob, 'payload' | 'at'> {
  readonly id: string;
  readonly payload: string;
  readonly createdAt: number;
}

const jobInsert = compiledOnce((db, arg: WaitingJob) =>
  db
    .insertInto('jobs')
    .values({
      id: arg.id,
      organisation: arg.organisation,
      kind: arg.kind,
      dedupe_key: arg.key,
      payload: arg.payload,
      run_at: arg.runAt,
      leased_until: null,
      attempts: 0,
      last_error: null,
      status: 'waiting',
      created_at: arg.createdAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['organisation', 'kind', 'dedupe_key'])
        // As it stands in the index: with a parameter it would not be recognised.
        .where('status', '=', sql.lit('waiting'))
        .doUpdateSet((row) => ({
          run_at: row
            .case()
            .when('excluded.run_at', '<', row.ref('jobs.run_at'))
            .then(row.ref('excluded.run_at'))
            .else(row.ref('jobs.run_at'))
            .end(),
        })),
    ),
);

/**
 * Queues a job in the caller's transaction; call the worker's `wake()` once that has committed. Where one with the same
 * key waits already, that one stays and becomes due at the earlier of the two moments. One that is being run does not
 * count as waiting: it may have read what has changed since.
 */
export async function enqueue(tx: Tx, { at, payload, ...job }: NewJob, random: Random): Promise<void> {
  await jobInsert(tx, { ...job, id: newId(at, random), payload: JSON.stringify(payload), createdAt: at });
}

/** Moves a job that waits to another moment, or lets it go where that is null; gives whether one was there. */
export async function reschedule(
  tx: Tx,
  { organisation, kind, key, runAt }: Pick<NewJob, 'organisation' | 'kind' | 'key'> & { readonly runAt: number | null },
): Promise<boolean> {
  const moved = await tx
    .updateTable('jobs')
    .set(runAt === null ? { status: 'done' } : { run_at: runAt })
    .where('organisation', '=', organisation)
    .where('kind', '=', kind)
    .where('dedupe_key', '=', key)
    .where('status', '=', sql.lit('waiting'))
    .returning('id')
    .execute();
  return moved.length > 0;
}
