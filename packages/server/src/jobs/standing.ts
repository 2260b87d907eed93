import type { Db } from '../db/database.ts';

export interface KindStanding {
  readonly kind: string;
  /** When the last one that is done was due, of this week; null where none was. Milliseconds since the epoch. */
  readonly lastAt: number | null;
  readonly nextAt: number | null;
  readonly waiting: number;
  readonly dead: number;
  /** Why the last one that waits again or was given up did not do it. */
  readonly lastError: string | null;
}

/** How the jobs of each kind stand, by name. What is done is kept for a week. */
export async function standingOfJobs(db: Db, organisation: string): Promise<KindStanding[]> {
  const rows = await db
    .selectFrom('jobs')
    .select((eb) => [
      'kind',
      'status',
      eb.fn.min('run_at').as('first'),
      eb.fn.max('run_at').as('last'),
      eb.fn.max('last_error').as('error'),
      eb.fn.countAll<number>().as('count'),
    ])
    .where('organisation', '=', organisation)
    .groupBy(['kind', 'status'])
    .orderBy('kind')
    .execute();
  return [...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, of]) => {
    const [waiting, running, dead, done] = ['waiting', 'running', 'dead', 'done'].map((status) =>
      of.find((row) => row.status === status),
    );
    return {
      kind,
      lastAt: done?.last ?? null,
      nextAt: waiting?.first ?? null,
      waiting: (waiting?.count ?? 0) + (running?.count ?? 0),
      dead: dead?.count ?? 0,
      lastError: waiting?.error ?? dead?.error ?? null,
    };
  });
}
