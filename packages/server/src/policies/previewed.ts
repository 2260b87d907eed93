import type { Db, Tx } from '../db/database.ts';

const DAY_MS = 86_400_000;
/** For so long a preview tells what a policy would change, and is kept. */
export const PREVIEW_HOLDS_MS = DAY_MS;

/** The id of a finished preview of the same document, of the last day; undefined where there is none. */
export async function previewOf(
  db: Db | Tx,
  organisation: string,
  hash: string,
  at: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('policy_previews')
    .select('id')
    .where('organisation', '=', organisation)
    .where('hash', '=', hash)
    .where('status', '=', 'done')
    .where('created_at', '>', at - PREVIEW_HOLDS_MS)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}
