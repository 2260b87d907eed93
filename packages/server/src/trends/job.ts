import type { Clock, Random } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { enqueue } from '../jobs/queue.ts';
import type { JobKind } from '../jobs/run.ts';
import { nextDaily } from '../organisation/digests.ts';
import { noteStanding } from './daily-standing.ts';

export const STANDING_JOB = 'daily-standing';
/** On the council's clock: laptops that are used that day have said how they are. */
const NOTED_AT = '12:00';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

const queueNext = (tx: Tx, organisation: string, now: number, random: Random): Promise<void> => {
  const runAt = nextDaily(now, NOTED_AT);
  return enqueue(tx, { organisation, kind: STANDING_JOB, key: STANDING_JOB, payload: {}, runAt, at: now }, random);
};

/** Notes a day at midday, or at the start of a server that was not there then; a day without a server has no figures. */
export function trendJobs({ db, clock, random }: Deps): Record<string, JobKind> {
  return {
    [STANDING_JOB]: {
      forever: true,
      async run(_payload, { organisation }) {
        const now = clock.now();
        await noteStanding(db, organisation, now);
        await inTransaction(db, (tx) => queueNext(tx, organisation, now, random));
      },
    },
  };
}

/** At the start of a server: the job that queues itself again is there, once; one that is due already stays so. */
export async function ensureTrends(db: Db, { clock, random }: Omit<Deps, 'db'>): Promise<void> {
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    for (const { id } of await tx.selectFrom('organisations').select('id').orderBy('id').execute())
      await queueNext(tx, id, now, random);
  });
}
