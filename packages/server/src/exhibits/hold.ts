import type { Db, Tx } from '../db/database.ts';

/** The reference of the exhibit that a device is, where no order may change it; null where one may. */
export async function heldAsExhibit(db: Db | Tx, organisation: string, device: string): Promise<string | null> {
  const row = await db
    .selectFrom('exhibits')
    .select('ref')
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('status', '=', 'held')
    .where('orders_agreed', '=', 0)
    .orderBy('ref')
    .limit(1)
    .executeTakeFirst();
  return row?.ref ?? null;
}
