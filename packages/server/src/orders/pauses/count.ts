import { setImmediate as turn } from 'node:timers/promises';
import type { Db } from '../../db/database.ts';
import { fleetPart } from '../../devices/fleet.ts';
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
  let [count, after]: [number, string | null] = [0, null];
  for (;;) {
    const devices = await fleetPart(db, { organisation, after, limit: AT_ONCE });
    count += devices.filter((device) => pausedBy(asHeld(device, registered), [pause]) !== undefined).length;
    const last = devices.at(-1);
    if (last === undefined || devices.length < AT_ONCE) return count;
    after = last.asset_tag;
    await turn();
  }
}
