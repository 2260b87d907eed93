import type { Db } from '../../db/database.ts';
import type { OrderRow } from '../../orders/desired-state/document.ts';
import { hasNotLeft } from '../../devices/left-service.ts';
import { heldAsExhibit } from '../../exhibits/hold.ts';
import { heldBy } from '../../people/holder.ts';
import { NeedsPerson, type Subject } from '../connector.ts';
import type { Target } from './device-targets.ts';

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
    .where(hasNotLeft)
    .orderBy('asset_tag')
    .execute();
}

/** The id of what is ordered once more, after it was lifted: a device keeps what has become of an id. */
export const idIn = (round: number, id: string): string => (round === 1 ? id : `${id}-${round}`);

/** Everything that was ordered for this, in each of its rounds. */
export async function ordersOf(
  db: Db,
  { organisation, person }: Pick<Subject, 'organisation' | 'person'>,
  { device, restrictions }: Target,
): Promise<OrderRow[]> {
  const rows = await db
    .selectFrom('device_orders')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('withdrawn_from', '=', person)
    .orderBy('since_version')
    .orderBy('id')
    .execute();
  return rows.filter((row) => restrictions.some(({ id }) => row.id === id || row.id.startsWith(`${id}-`)));
}

/** What is kept as evidence is changed by no order before the officer has agreed. */
export async function refuseExhibit(db: Db, organisation: string, { device, assetTag }: Target): Promise<void> {
  const ref = await heldAsExhibit(db, organisation, device);
  if (ref !== null)
    throw new NeedsPerson(`${assetTag} is held as the exhibit ${ref}: the officer agrees to orders on its page.`);
}
