import { addressOfCountry } from './addresses.ts';
import { DAY_MS, daysFrom, HOUR_MS, MINUTE_MS, timeOn, workdayBefore } from './calendar.ts';
import { deskOf } from './desk.ts';
import { visit } from './life.ts';
import { accountNamed, homePrinterOf, printOn, stickOf } from './machine.ts';
import { OFFICERS } from './people.ts';
import { type Life, round, type Stage } from './stage.ts';
import { reportNow } from './told.ts';
import { stopProtection } from './troubles.ts';

/** The devices that have a part of their own, by their place in the fleet. */
export const CAST = {
  lost: 0,
  stick: 1,
  printing: 2,
  overseas: 3,
  grace: 4,
  better: 5,
  abroad: 6,
  encryption: 7,
} as const;
export const CAST_SIZE = Object.keys(CAST).length;

const lifeOf = ({ lives }: Stage, part: keyof typeof CAST): Life => {
  const life = lives[CAST[part]];
  if (life === undefined) throw new Error(`the fleet has nobody for the part ${part}`);
  return life;
};
export const nameOf = (stage: Stage, part: keyof typeof CAST): string => lifeOf(stage, part).member.holder?.name ?? '';

/** Yesterday evening: a laptop is left on a train, its encryption is known, and the clock runs. */
function planLost(stage: Stage): void {
  const { timeline, end, world } = stage;
  const life = lifeOf(stage, 'lost');
  const evening = timeOn(daysFrom(end, -1), '18:52');
  timeline.at(evening - 92 * MINUTE_MS, () => visit(stage, life));
  timeline.at(evening, async () => {
    life.isSilent = true;
    const ref = await reportNow(stage, life.member.holder?.name ?? '', {
      title: 'I have left my laptop on the train',
      description: 'It was in the luggage rack of the 17:34 to Hartsmere. I noticed at home and have rung the railway.',
      category: 'lost',
      certainty: 'happened',
      happenedAt: new Date(world.time - 40 * MINUTE_MS).toISOString(),
      lastSeenAt: new Date(world.time - 70 * MINUTE_MS).toISOString(),
      place: 'travelling',
      device: life.member.assetTag,
      personalData: 'yes',
      information: 'Case notes of about thirty housing applications',
      done: 'Lost property has been told.',
    });
    const desk = deskOf(stage, OFFICERS.officer);
    timeline.at(evening + 21 * MINUTE_MS, () => desk.acknowledge(ref));
    timeline.at(evening + 22 * MINUTE_MS, () => desk.assign(ref, OFFICERS.officer.name));
    timeline.at(evening + 38 * MINUTE_MS, () =>
      desk.triage(ref, { decision: 'confirmed', reason: 'The holder says so, and the device has not called since.' }),
    );
    timeline.at(evening + 55 * MINUTE_MS, () =>
      deskOf(stage, OFFICERS.engineer).contain(ref, 'The account was signed out everywhere, and its password changed.'),
    );
    timeline.at(evening + 60 * MINUTE_MS, async () => {
      await desk.plan(ref, 'Ask lost property at the terminus', life.member.holder?.name ?? '', end + 3 * HOUR_MS);
    });
  });
}

/** An hour in which one driver stops the protection of many laptops: one item, most of which is mended by the evening. */
function planDriver(stage: Stage): void {
  const { timeline, end, lives } = stage;
  const morning = timeOn(workdayBefore(end), '10:05');
  const laptops = lives.filter(
    ({ member: { habit, system, kind } }, index) =>
      index !== CAST.lost &&
      kind === 'laptop' &&
      system.platform === 'win32' &&
      (habit === 'in-use' || habit === 'cast'),
  );
  const hit = laptops.slice(-Math.max(3, Math.round(lives.length * 0.135)));
  const all = async (of: readonly Life[], change: Parameters<typeof visit>[2]) => {
    for (const life of of) {
      change?.(life.machine);
      await visit(stage, life);
    }
    await stage.look();
  };
  timeline.at(morning, () => all(hit, stopProtection.begin));
  for (let minutes = 10; minutes <= 70; minutes += 10)
    timeline.at(morning + minutes * MINUTE_MS, () => all(hit, undefined));
  timeline.at(morning + 71 * MINUTE_MS, () => round(stage));
  const mended = hit.slice(Math.ceil(hit.length * 0.2));
  for (const [index, life] of mended.entries())
    timeline.at(morning + 4 * HOUR_MS + index * 4 * MINUTE_MS, () => visit(stage, life, stopProtection.mend));
}

/** Small things that every page of the console should have something of. */
export function planCast(stage: Stage): void {
  const { timeline, end } = stage;
  planLost(stage);
  planDriver(stage);
  const at = (time: number, part: keyof typeof CAST, change: Parameters<typeof visit>[2]) =>
    timeline.at(time, () => visit(stage, lifeOf(stage, part), change));
  at(end - 35 * MINUTE_MS, 'stick', (machine) => void machine.present.push(stickOf(41)));
  at(end - 2 * DAY_MS, 'grace', (machine) => void (machine.secureBoot = false));
  at(end - 12 * DAY_MS, 'grace', ({ administrators }) => {
    administrators.push(accountNamed(`HARTSMERE\\${lifeOf(stage, 'grace').member.holder?.account ?? ''}`));
  });
  at(end - 9 * DAY_MS, 'better', (machine) => void (machine.firewall = false));
  at(end - 7.5 * DAY_MS, 'better', () => undefined);
  at(end - 3 * DAY_MS, 'better', (machine) => void (machine.firewall = true));
  at(timeOn(workdayBefore(end), '11:21'), 'abroad', (machine) => {
    const printer = homePrinterOf(machine, 2);
    machine.queues.push(printer);
    printOn(machine, printer, stage.world.time);
  });
  at(timeOn(workdayBefore(end), '15:10'), 'encryption', (machine) => void (machine.encryption = 'off'));
  for (const [part, days] of [
    ['overseas', 12],
    ['abroad', 3],
  ] as const)
    timeline.at(end - days * DAY_MS, async () => {
      const life = lifeOf(stage, part);
      life.address = addressOfCountry('ES');
      await visit(stage, life);
    });
}
