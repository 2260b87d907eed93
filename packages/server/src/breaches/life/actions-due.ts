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
const MOST = 200;

/** Actions that nobody has ended, the first due first. */
const open = (db: Db | Tx, organisation: string) =>
  db
    .selectFrom('breach_actions')
    .innerJoin('breaches', (join) =>
      join
        .onRef('breaches.organisation', '=', 'breach_actions.organisation')
        .onRef('breaches.id', '=', 'breach_actions.breach'),
    )
    .select(['breaches.ref', 'breach_actions.title', 'breach_actions.owner', 'breach_actions.due_at as due'])
    .where('breach_actions.organisation', '=', organisation)
    .where('breach_actions.ended_at', 'is', null)
    .orderBy('breach_actions.due_at')
    .orderBy('breach_actions.id')
    .limit(MOST);

/** Those that are due by then. Without a viewer, those that may be told to anybody. */
export const actionsDueBy = (db: Db | Tx, organisation: string, until: number, viewer?: Viewer): Promise<DueAction[]> =>
  open(db, organisation)
    .where('breach_actions.due_at', '<=', until)
    .where(viewer === undefined ? sql<boolean>`breaches.concealed_from is null` : visibleTo(viewer))
    .execute();

/** Those whose owner is named by one of these keys; none of a breach that is kept from the viewer. */
export const actionsOfOwners = async (db: Db, viewer: Viewer, keys: readonly string[]): Promise<DueAction[]> =>
  keys.length === 0
    ? []
    : open(db, viewer.organisation)
        .where(visibleTo(viewer))
        .where(sql`lower(trim(breach_actions.owner))`, 'in', [...keys])
        .execute();
