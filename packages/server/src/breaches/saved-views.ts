import { actorOf, type Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';

/** So that they stay a list that is read at a glance. */
export const MOST_VIEWS = 20;
export const MOST_VIEW_NAME = 60;

/** A list of breaches that somebody comes back to. */
export interface SavedView {
  readonly name: string;
  /** The query of its address, without the question mark. */
  readonly query: string;
}

export const savedViews = (db: Db, caller: Caller): Promise<SavedView[]> =>
  db
    .selectFrom('saved_views')
    .select(['name', 'query'])
    .where('organisation', '=', caller.organisation)
    .where('account', '=', actorOf(caller))
    .orderBy('created_at')
    .orderBy('name')
    .execute();

/** Keeps a list under a name, in the place of what had it before; a `conflict` where there would be too many. */
export async function saveView(caller: Caller, { name, query }: SavedView, { db, now }: { db: Db; now: number }) {
  const mine = { organisation: caller.organisation, account: actorOf(caller) };
  await inTransaction(db, async (tx) => {
    const others = await tx
      .selectFrom('saved_views')
      .select('name')
      .where('organisation', '=', mine.organisation)
      .where('account', '=', mine.account)
      .where('name', '!=', name)
      .execute();
    if (others.length >= MOST_VIEWS)
      throw problem('conflict', `You have ${MOST_VIEWS} saved views. Remove one before you save another.`);
    await tx
      .insertInto('saved_views')
      .values({ ...mine, name, query, created_at: now })
      .onConflict((conflict) => conflict.columns(['organisation', 'account', 'name']).doUpdateSet({ query }))
      .execute();
  });
}

/** What is not there is removed already. */
export const removeView = (caller: Caller, name: string, { db }: { db: Db }) =>
  db
    .deleteFrom('saved_views')
    .where('organisation', '=', caller.organisation)
    .where('account', '=', actorOf(caller))
    .where('name', '=', name)
    .execute();
