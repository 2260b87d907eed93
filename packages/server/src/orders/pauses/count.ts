import type { Db } from '../../db/database.ts';
import { asHeld, registeredIn } from '../registered.ts';
import { type PauseOf, pausedBy } from './pauses.ts';

const AT_ONCE = 1000;

/** How many devices a pause would be told to now: those that are enrolled and in service. */
export async function countPaused(
  db: Db,
  organisation: string,
  what: Pick<PauseOf, 'scope' | 'device' | 'group_name'>,
): Promise<number> {
  const registered = await registeredIn(db, organisation);
  const pause = { ...what, since: 0, until: 0 };
  let [count, after] = [0, ''];
  for (;;) {
    const devices = await db
      .selectFrom('devices')
      .select(['id', 'holder', 'population', 'groups'])
      .where('organisation', '=', organisation)
      .where('generation', '>', 0)
      .where((eb) => eb.or([eb('state', 'is', null), eb('state', '!=', 'left-service')]))
      .where('id', '>', after)
      .orderBy('id')
      .limit(AT_ONCE)
      .execute();
    count += devices.filter((device) => pausedBy(asHeld(device, registered), [pause]) !== undefined).length;
    const last = devices.at(-1);
    if (last === undefined || devices.length < AT_ONCE) return count;
    after = last.id;
  }
}
