import { createDevice } from '../simulated/device.ts';
import { transportTo } from '../simulated/transport.ts';
import { DAY_MS, daysFrom, HOUR_MS, isWorkday, MINUTE_MS, timeOn } from './calendar.ts';
import { collectorsOf, type Machine, placeOf } from './machine.ts';
import type { Life, Stage } from './stage.ts';

const CLOCK_AHEAD_MS = 14 * MINUTE_MS;
/** A device that nothing happens to is followed once in so many days, and more often towards the end. */
const VISIT_EVERY_DAYS = 17;
const LATELY_DAYS = 9;
const LATELY_EVERY_DAYS = 3;

/** Enrols a device by a fleet key, and lets it say for the first time how it is. */
export async function enrolLife({ world, server }: Stage, life: Life, token: string): Promise<void> {
  const { member, machine } = life;
  life.device = await createDevice({
    world,
    transport: transportTo({ app: () => server.app, remoteAddress: () => life.address, server: server.origin }),
    server: server.origin,
    token,
    serialNumber: member.serial,
    system: { platform: member.system.platform, release: member.system.release },
    collectors: collectorsOf(machine),
    place: placeOf(machine),
    skew: member.traits.has('clock-ahead') ? CLOCK_AHEAD_MS : 0,
  });
  if (member.traits.has('board-swapped')) machine.serial = `${machine.serial}-2`;
  await call(life);
}

/** The device looks, and says what it found until the server knows it all; by new orders it looks again. */
async function call({ device }: Life): Promise<void> {
  if (device === undefined) return;
  await device.cycle();
  await device.checkIn();
  if (!device.hasNews()) return;
  await device.cycle();
  if (device.pending() > 0) await device.checkIn();
}

/** The device is switched on, with what has changed on it. */
export async function visit(stage: Stage, life: Life, change?: (machine: Machine) => void): Promise<void> {
  if (life.device === undefined || life.isSilent) return;
  const { machine, dice, member } = life;
  machine.listsAt = stage.world.time;
  machine.signaturesAt = stage.world.time;
  machine.present = [];
  machine.onCouncilNetwork = member.kind === 'desktop' || dice.chance(0.45);
  change?.(machine);
  await call(life);
  if (change !== undefined) await stage.look();
}

const DAILY: readonly (readonly [number, number])[] = [
  [7.6, 10.5],
  [12, 17.5],
];

/** A moment of a day at which the device is in use. */
function momentOf(day: number, { dice }: Life): number {
  const [from, to] = dice.pick(DAILY);
  return timeOn(day, '00:00') + Math.round((from + dice.fraction() * (to - from)) * HOUR_MS);
}

/** Plans when a device calls, from one day to the next, on days of work but for councillors. */
export function planVisits(stage: Stage, life: Life, enrolledAt: number): void {
  const { timeline, end } = stage;
  const { dice, member } = life;
  const latelyFrom = end - LATELY_DAYS * DAY_MS;
  let day = enrolledAt;
  for (;;) {
    const left = Math.ceil((latelyFrom - day) / DAY_MS);
    const every = left > 0 ? Math.min(VISIT_EVERY_DAYS, left + 1) : LATELY_EVERY_DAYS;
    day = daysFrom(day, Math.max(1, every - dice.below(3)));
    if (day >= end + DAY_MS) return;
    if (!isWorkday(day) && member.holder?.population !== 'councillor') day = daysFrom(day, 2);
    timeline.at(momentOf(day, life), () => visit(stage, life));
  }
}
