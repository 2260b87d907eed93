import { sql } from 'kysely';
import type { Db } from '../db/database.ts';

/** As they stand in the indexes: with a parameter they would not be recognised (0016-page-indexes.ts). */
const OF_ONE = sql<boolean>`breaches not like '%,%'`;
const OF_SEVERAL = sql<boolean>`breaches like '%,%'`;

/** The ids of the messages that name a breach. `breach` is an id that the server made, in which no pattern is. */
export async function noticesNaming(db: Db, organisation: string, breach: string): Promise<readonly string[]> {
  const named = JSON.stringify(breach);
  const all = db.selectFrom('notices').select('id').where('organisation', '=', organisation);
  const one = await all.where(OF_ONE).where('breaches', '=', `[${named}]`).execute();
  const several = await all.where(OF_SEVERAL).where('breaches', 'like', `%${named}%`).execute();
  return [...one, ...several].map(({ id }) => id);
}
