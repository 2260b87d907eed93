import { sql } from 'kysely';
import type { Db } from '../../db/database.ts';
import type { DueAction } from './actions-due.ts';

const MOST = 200;

/** The open actions whose owner is named by one of these keys, the first due first. */
export async function openActionsOf(db: Db, organisation: string, keys: readonly string[]): Promise<DueAction[]> {
  if (keys.length === 0) return [];
  return db
    .selectFrom('breach_actions')
    .innerJoin('breaches', (join) =>
      join
        .onRef('breaches.organisation', '=', 'breach_actions.organisation')
        .onRef('breaches.id', '=', 'breach_actions.breach'),
    )
    .select(['breaches.ref', 'breach_actions.title', 'breach_actions.owner', 'breach_actions.due_at as due'])
    .where('breach_actions.organisation', '=', organisation)
    .where('breach_actions.ended_at', 'is', null)
    .where(sql`lower(trim(breach_actions.owner))`, 'in', [...keys])
    .orderBy('breach_actions.due_at')
    .orderBy('breach_actions.id')
    .limit(MOST)
    .execute();
}
