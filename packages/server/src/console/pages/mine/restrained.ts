import type { Caller } from '../../../access.ts';
import type { Db } from '../../../db/database.ts';
import type { DeviceView } from '../../../devices/read.ts';
import { isRestriction } from '../../../orders/desired-state/document.ts';
import { ordersOf } from '../../../orders/desired-state/read.ts';
import { isOpen, standingOf } from '../../../orders/desired-state/standing.ts';
import { selfOf } from '../../../people/holder.ts';
import { inForceOf, presentInForce } from '../../../withdrawals/in-force.ts';
import type { Phrase } from '../../language/say.ts';
import { facilityWords } from '../../withdrawal-words.ts';

/** The newest: more is in force on nobody's device. */
const MOST = 50;

const WHAT: Readonly<Record<string, Phrase>> = {
  lock: 'It is locked',
  'sign-out': 'Nobody can stay signed in',
  isolate: 'It is cut off from the network, but for Beadle',
  'block-removable-media': 'Memory sticks and disks cannot be used',
  'lost-mode': 'It is marked as lost',
};

/** What the caller's own device is held to now, and whether the device has said so. */
export async function restrictionsOf(db: Db, device: DeviceView, now: number) {
  const rows = await ordersOf(db, { organisation: device.organisation, device: device.id }, { limit: MOST });
  return rows
    .filter((row) => isRestriction(row.kind) && isOpen(row, device, now))
    .map((row) => ({
      what: WHAT[row.kind] ?? row.kind,
      isInForce: standingOf(row, device, now) === 'in-force',
      until: row.until,
      notice: row.notice,
      telephone: row.telephone,
    }));
}

/** What is withdrawn from the caller, each facility once; nothing of why, nor by whom. */
export async function withdrawnFrom(db: Db, caller: Caller) {
  const self = await selfOf(db, caller);
  if (self === undefined || self === 'nobody') return [];
  const parts = (await inForceOf(db, caller.organisation, self.account)).map(presentInForce);
  const byFacility = Map.groupBy(parts, ({ facility }) => facility);
  return [...byFacility].map(([facility, all]) => ({
    what: facilityWords(facility),
    until: all.some(({ until }) => until === null)
      ? null
      : all
          .map(({ until }) => until)
          .toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))
          .at(-1),
  }));
}
