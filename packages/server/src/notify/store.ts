import type { Db } from '../db/database.ts';

export async function countNoticesWaiting(db: Db): Promise<number> {
  const row = await db
    .selectFrom('notices')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
