import { createDice } from '../simulated/dice.ts';
import { DAY_MS, daysFrom, HOUR_MS, inOfficeHours, isWorkday, MINUTE_MS, timeOn } from './calendar.ts';
import { visit } from './life.ts';
import { accountNamed, homePrinterOf, type Machine, printOn, stickOf, updateOf } from './machine.ts';
import { type Life, momentAt, round, type Stage } from './stage.ts';

/** Something that happens now and then to devices in use, and how it is put right. */
interface Trouble {
  /** In a year, of 300 devices. */
  readonly aYear: number;
  readonly begin: (machine: Machine, at: number, number: number) => void;
  readonly mend?: (machine: Machine) => void;
  /** Days until it is put right, at least and at most. */
  readonly lasts?: readonly [number, number];
  /** It counts only while the device is in contact: it calls for an hour or so. */
  readonly staysInContact?: true;
  readonly platforms?: readonly string[];
}

export const stopProtection = {
  begin: (machine: Machine) => void (machine.realTime = false),
  mend: (machine: Machine) => void (machine.realTime = true),
} as const;

const TROUBLES: readonly Trouble[] = [
  { aYear: 40, begin: (machine, _at, number) => void machine.present.push(stickOf(number)) },
  {
    aYear: 30,
    begin: (machine, at, number) => {
      const printer = homePrinterOf(machine, number);
      if (!machine.queues.some(({ name }) => name === printer.name)) machine.queues.push(printer);
      printOn(machine, printer, at);
    },
  },
  {
    aYear: 38,
    begin: (machine, at) => void machine.missing.push(updateOf(at - 15 * DAY_MS)),
    mend: (machine) => void (machine.missing = []),
    lasts: [1, 9],
    platforms: ['win32'],
  },
  { aYear: 16, ...stopProtection, lasts: [1, 3], staysInContact: true, platforms: ['win32', 'darwin'] },
  {
    aYear: 7,
    begin: (machine) => void (machine.encryption = 'off'),
    mend: (machine) => void (machine.encryption = 'on'),
    lasts: [1, 2],
  },
  {
    aYear: 9,
    begin: (machine) => void (machine.firewall = false),
    mend: (machine) => void (machine.firewall = true),
    lasts: [2, 5],
  },
  {
    aYear: 7,
    begin: (machine) => void (machine.secureBoot = false),
    mend: (machine) => void (machine.secureBoot = true),
    lasts: [9, 14],
    platforms: ['win32'],
  },
  {
    aYear: 5,
    begin: (machine, _at, number) => void machine.localAccounts.push(accountNamed(`${machine.serial}\\guest${number}`)),
    platforms: ['win32'],
  },
];

const CALLS = [10, 20, 30, 40, 50, 60, 70] as const;
const IN_CONTACT_MS = 71 * MINUTE_MS;

/** Begins it on a device, and plans its end. */
export async function trouble(
  stage: Stage,
  life: Life,
  { begin, mend, staysInContact }: Pick<Trouble, 'begin' | 'mend' | 'staysInContact'>,
  { number, mendedAt }: { readonly number: number; readonly mendedAt: number },
): Promise<void> {
  const at = stage.world.time;
  await visit(stage, life, (machine) => begin(machine, at, number));
  if (staysInContact === true) {
    for (const minutes of CALLS) stage.timeline.at(at + minutes * MINUTE_MS, () => visit(stage, life));
    stage.timeline.at(at + IN_CONTACT_MS, () => round(stage));
  }
  if (mend !== undefined) stage.timeline.at(mendedAt, () => visit(stage, life, mend));
}

/** On a day of work, in hours of work; now and then at a weekend. */
function momentOf(at: number, fraction: number, mayBeWeekend: boolean): number {
  const day = isWorkday(at) || mayBeWeekend ? at : daysFrom(at, 2);
  return timeOn(day, '00:00') + Math.round((8.2 + fraction * 9) * HOUR_MS);
}

/** Spreads what happens now and then over the history, as much of it as suits its length and the number of devices. */
export function planTroubles(stage: Stage, seed: number): void {
  const { lives, timeline, start, end } = stage;
  const dice = createDice(seed, 5_000_000);
  const share = ((end - start) / (365 * DAY_MS)) * (lives.length / 300);
  for (const one of TROUBLES) {
    const fit = lives.filter(
      ({ member: { habit, system } }) => habit === 'in-use' && (one.platforms?.includes(system.platform) ?? true),
    );
    const count = Math.round(one.aYear * share);
    for (let number = 0; number < count && fit.length > 0; number += 1) {
      const life = dice.pick(fit);
      const at = momentOf(momentAt(stage, 0.05 + dice.fraction() * 0.95), dice.fraction(), dice.chance(0.08));
      const [least, most] = one.lasts ?? [0, 0];
      const mendedAt = inOfficeHours(at + Math.round((least + dice.fraction() * (most - least)) * DAY_MS));
      timeline.at(at, () => trouble(stage, life, one, { number, mendedAt }));
    }
  }
}
