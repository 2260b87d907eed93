import type { Db, Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import type { PauseRow } from '../../orders/pauses/pauses.ts';

export type ListedPause = PauseRow & { readonly asset_tag: string | null };

const listed = (db: Db | Tx, organisation: string) =>
  db
    .selectFrom('pauses')
    .leftJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'pauses.organisation').onRef('devices.id', '=', 'pauses.device'),
    )
    .selectAll('pauses')
    .select('devices.asset_tag')
    .where('pauses.organisation', '=', organisation);

/** The newest first; one more than the limit where there is a next page. */
export function listPauses(
  db: Db,
  organisation: string,
  { limit, after }: { readonly limit: number; readonly after?: readonly [since: number, id: string] | undefined },
): Promise<ListedPause[]> {
  let query = listed(db, organisation);
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('pauses.since', 'pauses.id'), '<', eb.tuple(after[0], after[1])));
  return query
    .orderBy('pauses.since', 'desc')
    .orderBy('pauses.id', 'desc')
    .limit(limit + 1)
    .execute();
}

export const readPause = (db: Db, organisation: string, id: string): Promise<ListedPause | undefined> =>
  listed(db, organisation).where('pauses.id', '=', id).executeTakeFirst();

/** Locked until the transaction ends, where that is to change it. */
export function pauseById(tx: Tx, organisation: string, id: string, toChange: boolean): Promise<PauseRow | undefined> {
  const query = tx.selectFrom('pauses').selectAll().where('organisation', '=', organisation).where('id', '=', id);
  return (toChange ? locking(tx, query) : query).executeTakeFirst();
}

export async function tagOf(tx: Tx, organisation: string, device: string): Promise<string | null> {
  const row = await tx
    .selectFrom('devices')
    .select('asset_tag')
    .where('organisation', '=', organisation)
    .where('id', '=', device)
    .executeTakeFirst();
  return row?.asset_tag ?? null;
}

/** Whether a group is in use: of devices themselves, or of people who hold them. */
export async function hasGroup(tx: Tx, organisation: string, name: string): Promise<boolean> {
  const ofPeople = await tx
    .selectFrom('people_groups')
    .select('name')
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .limit(1)
    .executeTakeFirst();
  if (ofPeople !== undefined) return true;
  const own = await tx
    .selectFrom('devices')
    .select('groups')
    .distinct()
    .where('organisation', '=', organisation)
    .where('groups', '!=', '[]')
    .execute();
  return own.some(({ groups }) => (JSON.parse(groups) as string[]).includes(name));
}
