import { sql } from 'kysely';
import { type Viewer, visibleTo } from '../../concealed.ts';
import type { Db, Tx } from '../../db/database.ts';

export interface DueAction {
  /** Of the breach that it belongs to. */
  readonly ref: string;
  readonly title: string;
  readonly owner: string;
  /** Milliseconds since the epoch; before now where it is overdue. */
  readonly due: number;
}

/** More are for the desks of their breaches. */
const MOST = 100;

/** Actions that nobody has ended and that are due by then, the longest overdue first. Without a viewer, those that nobody may not see. */
export async function actionsDueBy(
  db: Db | Tx,
  organisation: string,
  until: number,
  viewer?: Viewer,
): Promise<DueAction[]> {
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
    .where('breach_actions.due_at', '<=', until)
    .where(viewer === undefined ? sql<boolean>`breaches.concealed_from is null` : visibleTo(viewer))
    .orderBy('breach_actions.due_at')
    .orderBy('breach_actions.id')
    .limit(MOST)
    .execute();
}
