import type { DeviceKind, Population } from '@beadle/shared';
import type { Dice } from '../simulated/dice.ts';
import { type Person, personAt } from './people.ts';
import { type System, SYSTEMS } from './systems.ts';

/** What becomes of a device beside what its holder does with it. */
export type Habit =
  | 'in-use'
  /** Lent to nobody and forgotten: silent, and nobody has said so. */
  | 'cupboard'
  | 'in-store'
  | 'in-repair'
  /** Bought, registered, and still in its box. */
  | 'never-enrolled'
  /** Has a part of its own in the history (cast.ts); nothing else happens to it. */
  | 'cast';

export interface Member {
  readonly assetTag: string;
  readonly serial: string;
  readonly kind: DeviceKind;
  readonly holder: Person | null;
  readonly habit: Habit;
  readonly system: System;
  readonly traits: ReadonlySet<Trait>;
}

/** What a device has from its first day on, with how many of a thousand do. */
const TRAITS = {
  /** Windows' print log is switched off. */
  'print-log-off': 45,
  /** The agent may not read how the disk is encrypted. */
  'encryption-denied': 16,
  /** A data volume that nobody has unlocked. */
  'locked-volume': 10,
  /** Its lists of updates are never fetched. */
  'stale-lists': 14,
  'home-queue': 60,
  'own-administrator': 10,
  /** The board was replaced, and the register not told. */
  'board-swapped': 7,
  'clock-ahead': 5,
} as const;
export type Trait = keyof typeof TRAITS;

/** Shares of a hundred, in their order; what is left is Windows 11 25H2. */
const systemOf = (kind: DeviceKind, population: Population, dice: Dice): System => {
  const drawn = dice.below(100);
  if (kind === 'desktop') return drawn < 12 ? SYSTEMS.windows10 : SYSTEMS.windows24;
  if (population === 'councillor') return drawn < 35 ? SYSTEMS.mac : SYSTEMS.windows25;
  if (drawn < 5) return SYSTEMS.mac;
  if (drawn < 8) return SYSTEMS.linux;
  return drawn < 40 ? SYSTEMS.windows24 : SYSTEMS.windows25;
};

const SERIALS: Readonly<Record<System['platform'], (number: number) => string>> = {
  win32: (number) => `5CG${(40_000 + number * 37).toString(36).toUpperCase().padStart(4, '0')}${number % 10}`,
  darwin: (number) => `H4T${(700_000 + number * 911).toString(36).toUpperCase()}Q6`,
  linux: (number) => `PF4${(90_000 + number * 53).toString(36).toUpperCase()}X`,
};

function habitOf(index: number, count: number, cast: number, dice: Dice): Habit {
  if (index < cast) return 'cast';
  // A few of each, also where the council is small; else by their shares of a thousand.
  const last = count - 1 - index;
  if (last === 0) return 'never-enrolled';
  if (last === 1) return 'cupboard';
  const drawn = dice.below(1000);
  if (drawn < 17) return 'never-enrolled';
  if (drawn < 42) return 'cupboard';
  if (drawn < 67) return 'in-store';
  return drawn < 77 ? 'in-repair' : 'in-use';
}

function populationOf(habit: Habit, dice: Dice): Population {
  const drawn = dice.below(100);
  if (habit === 'cast' || drawn >= 18) return 'employee';
  if (drawn < 12) return 'councillor';
  return drawn < 15 ? 'contractor' : 'temporary';
}

function memberOf(index: number, count: number, cast: number, dice: Dice): Member {
  const habit = habitOf(index, count, cast, dice);
  const population = populationOf(habit, dice);
  const kind = population === 'employee' && habit !== 'cast' && dice.chance(0.14) ? 'desktop' : 'laptop';
  const isNobodys = habit === 'cupboard' || habit === 'in-store' || habit === 'never-enrolled' || dice.chance(0.03);
  const system = habit === 'cast' ? SYSTEMS.windows25 : systemOf(kind, population, dice);
  const drawn = (Object.keys(TRAITS) as Trait[]).filter((trait) => dice.below(1000) < TRAITS[trait]);
  const person = personAt(index, population, dice);
  return {
    assetTag: `HDC-${1001 + index}`,
    serial: SERIALS[system.platform](index + 1),
    kind,
    holder: isNobodys && habit !== 'cast' ? null : person,
    habit,
    system,
    traits: new Set(habit === 'cast' ? [] : drawn),
  };
}

/** The first `cast` devices are those that have a part of their own. */
export const createFleet = (count: number, cast: number, dice: Dice): readonly Member[] =>
  Array.from({ length: count }, (_, index) => memberOf(index, count, cast, dice));

/** As the register of devices is imported. */
export const devicesCsv = (fleet: readonly Member[]): string =>
  [
    'asset_tag,serial_number,kind,holder,population,groups',
    ...fleet.map(({ assetTag, serial, kind, holder }) =>
      [
        assetTag,
        serial,
        kind,
        `"${holder?.name ?? ''}"`,
        holder?.population ?? '',
        `"${holder?.groups.join(';') ?? ''}"`,
      ].join(','),
    ),
  ].join('\n');
