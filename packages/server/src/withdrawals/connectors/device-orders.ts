import type { Db } from '../../db/database.ts';
import type { Ordered } from '../../orders/desired-state/raise.ts';
import { heldBy } from '../../people/holder.ts';
import { NeedsPerson } from '../connector.ts';

/** The devices of a person, by their id in the register of people, on which an agent hears of orders. */
export async function enrolledDevicesOf(db: Db, organisation: string, id: string) {
  const person = await db
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
  if (person === undefined)
    throw new NeedsPerson('The list of people has this person no more: say which devices are theirs.');
  const tags = (await heldBy(db, person)).devices.map(({ asset_tag: tag }) => tag);
  if (tags.length === 0) return [];
  return db
    .selectFrom('devices')
    .select(['id', 'asset_tag'])
    .where('organisation', '=', organisation)
    .where('asset_tag', 'in', tags)
    .where('generation', '>', 0)
    .orderBy('asset_tag')
    .execute();
}

/** Whether any of these was ordered: they are ordered together, or not at all. */
export async function hasOrder(
  db: Db,
  { organisation, device }: Ordered,
  restrictions: readonly { readonly id: string }[],
): Promise<boolean> {
  if (restrictions.length === 0) return true;
  const row = await db
    .selectFrom('device_orders')
    .select('id')
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where(
      'id',
      'in',
      restrictions.map(({ id }) => id),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
