import { type Clock, iso } from '@beadle/shared';
import type { Db } from '../../db/database.ts';
import type { OrderRow } from '../../orders/desired-state/document.ts';
import { type OrderStanding, standingOf } from '../../orders/desired-state/standing.ts';
import type { Expected, Reading, Subject } from '../connector.ts';
import { ordersOf } from './device-orders.ts';
import type { Target } from './device-targets.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
}

const deviceOf = (db: Db, organisation: string, id: string) =>
  db
    .selectFrom('devices')
    .select(['state', 'generation', 'desired_held', 'desired_at', 'effects_at', 'last_contact_at'])
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
type Device = NonNullable<Awaited<ReturnType<typeof deviceOf>>>;

/** By day: when exactly a device called is kept for nobody. */
function silence({ effects_at: effects, last_contact_at: contact }: Device): string {
  const last = Math.max(effects ?? 0, contact ?? 0);
  return last === 0 ? 'Not seen since it was enrolled' : `Not seen since ${iso(last).slice(0, 10)}`;
}

/** There is nothing to take, and nothing to give back. */
export const noDevice = (at: number): Reading => ({
  where: 'the register of devices',
  at,
  found: 'No enrolled device is registered as theirs',
  holds: true,
});

const ENDED: readonly OrderStanding[] = ['lifted', 'lapsed', 'released', 'over'];

/** What the device itself reports. One that has said nothing since the last order proves nothing. */
export async function readingOf(
  { db, clock }: Deps,
  subject: Pick<Subject, 'organisation' | 'person'>,
  target: Target,
  expected: Expected,
): Promise<Reading> {
  const now = clock.now();
  const where = target.assetTag;
  const [device, all] = await Promise.all([
    deviceOf(db, subject.organisation, target.device),
    ordersOf(db, subject, target),
  ]);
  if (device === undefined) return { where, at: now, found: 'It is not in the register', holds: false };
  // Nobody can prove that it was given back, and nobody has it to work with.
  if (device.state === 'left-service')
    return { where, at: now, found: 'It has left service', holds: expected !== 'withdrawn' };
  // What was lifted and ordered anew does not count for what is withdrawn now.
  const rows = expected === 'withdrawn' ? all.filter((row) => row.lifted_at === null) : all;
  const standings = rows.map((row) => standingOf(row, device, now));
  const isComplete = rows.length === target.restrictions.length;
  const holds =
    expected === 'withdrawn'
      ? isComplete && standings.every((one) => one === 'in-force')
      : standings.every((one) => ENDED.includes(one));
  const isSilent = (device.effects_at ?? 0) < (device.desired_at ?? 0);
  const found = isSilent && !holds ? silence(device) : wordsOf(rows, standings);
  return { where, at: holds ? (device.effects_at ?? now) : now, found, holds };
}

const SAID: Readonly<Partial<Record<OrderStanding, string>>> = {
  ordered: 'ordered, the device has not answered yet',
  lifting: 'lifted, the device has not answered yet',
  over: 'its end has passed',
};

function wordsOf(rows: readonly OrderRow[], standings: readonly OrderStanding[]): string {
  if (rows.length === 0) return 'Nothing is ordered';
  return rows
    .map(({ kind, observed }, index) => {
      const standing = standings[index] ?? 'ordered';
      const said = SAID[standing] ?? standing.replace('-', ' ');
      return observed === null ? `${kind}: ${said}` : `${kind}: ${said} (${observed})`;
    })
    .join('; ');
}
