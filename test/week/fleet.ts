import type { DeviceKind, Population } from '@beadle/shared';
import type { Dice } from '../simulation/dice.ts';

/** Why a device is not used as others are. */
export type Habit =
  | 'person'
  | 'councillor'
  | 'pool'
  /** Lent to nobody and forgotten: silent, and nobody has said so. */
  | 'cupboard'
  /** Silent, and ICT has said so. */
  | 'in-store'
  | 'in-repair'
  /** A fortnight's leave, from before the week until its second Monday. */
  | 'on-leave'
  /** The same, from before the roll-out's second day on. */
  | 'long-away'
  /** One of the planted cases: used every day, and by nobody's habits. */
  | 'planted';

export interface Member {
  readonly assetTag: string;
  readonly serial: string;
  readonly kind: DeviceKind;
  readonly population: Population;
  readonly holder: string | null;
  readonly group: string;
  readonly habit: Habit;
  /** Things that are wrong from the beginning, or peculiar. */
  readonly traits: ReadonlySet<Trait>;
}

export const TRAITS = [
  /** A home printer has been set up for long. */
  'home-queue',
  /** Prints by the address of an old council printer. */
  'old-printer',
  /** Prints at the county court. */
  'court',
  /** In the depot, whose printer only two devices know. */
  'depot',
  /** On the floor that gets a new copier. */
  'new-copier',
  'own-administrator',
  'secure-boot-off',
  'firewall-off',
  /** An update of last month fails to install again and again. */
  'stuck-update',
  'not-encrypted',
  /** The board was replaced, and the register not told. */
  'board-swapped',
  'never-restarts',
] as const;
export type Trait = (typeof TRAITS)[number];

/** Per thousand devices, but for the depot's two. */
const OFTEN: Readonly<Record<Trait, number>> = {
  'home-queue': 400,
  'old-printer': 70,
  court: 12,
  depot: 0,
  'new-copier': 22,
  'own-administrator': 4,
  'secure-boot-off': 30,
  'firewall-off': 6,
  'stuck-update': 12,
  'not-encrypted': 4,
  'board-swapped': 4,
  'never-restarts': 25,
};

const HABITS: readonly (readonly [Habit, number])[] = [
  ['councillor', 55],
  ['pool', 30],
  ['cupboard', 22],
  ['in-store', 25],
  ['in-repair', 7],
  ['on-leave', 80],
  ['long-away', 8],
];
const GROUPS = ['housing', 'planning', 'revenues', 'environmental-health', 'legal', 'finance'] as const;
const FIRST = ['Amy', 'Ben', 'Cleo', 'Dev', 'Eve', 'Finn', 'Gita', 'Hugh', 'Isla', 'Jon', 'Kit', 'Lena', 'Mo', 'Nia'];
const LAST = ['Abbott', 'Bryce', 'Carver', 'Dole', 'Ember', 'Frost', 'Gray', 'Hale', 'Iqbal', 'Jarvis', 'Kerr', 'Lowe'];

/** Shares of a thousand, in their order; the first `planted` are the planted cases'. */
function habitOf(index: number, planted: number, dice: Dice): Habit {
  if (index < planted) return 'planted';
  let left = dice.below(1000);
  for (const [habit, share] of HABITS) {
    if (left < share) return habit;
    left -= share;
  }
  return 'person';
}

function populationOf(habit: Habit, dice: Dice): Population {
  if (habit === 'councillor') return 'councillor';
  return dice.chance(0.05) ? 'temporary' : 'employee';
}

function kindOf(habit: Habit, dice: Dice): DeviceKind {
  if (habit === 'councillor') return dice.chance(0.3) ? 'tablet' : 'laptop';
  if (habit === 'person' && dice.chance(0.1)) return 'desktop';
  return 'laptop';
}

function memberOf(index: number, planted: number, dice: Dice): Member {
  const habit = habitOf(index, planted, dice);
  const isUsual = habit === 'person' || habit === 'on-leave';
  const traits = TRAITS.filter((trait) => {
    const has = dice.below(1000) < OFTEN[trait];
    const isCommon = trait === 'home-queue' || trait === 'old-printer';
    return has && habit !== 'planted' && (isUsual || isCommon);
  });
  const number = String(index + 1).padStart(4, '0');
  const named = `${FIRST[index % FIRST.length]} ${LAST[Math.floor(index / FIRST.length) % LAST.length]} ${number}`;
  const isNobodys = habit === 'pool' || habit === 'cupboard' || habit === 'in-store';
  return {
    assetTag: `DBC-${number}`,
    serial: `PF4${number}X`,
    kind: kindOf(habit, dice),
    population: populationOf(habit, dice),
    holder: isNobodys ? null : named,
    group: habit === 'pool' ? 'pool' : dice.pick(GROUPS),
    habit,
    traits: new Set(index === planted || index === planted + 1 ? [...traits, 'depot'] : traits),
  };
}

export const createFleet = (count: number, planted: number, dice: Dice): readonly Member[] =>
  Array.from({ length: count }, (_, index) => memberOf(index, planted, dice));

/** As the register of devices is imported; holders and populations come a few days later, from another list. */
export const registerCsv = (fleet: readonly Member[]): string =>
  ['asset_tag,serial_number,kind', ...fleet.map(({ assetTag, serial, kind }) => `${assetTag},${serial},${kind}`)].join(
    '\n',
  );

export const holdersCsv = (fleet: readonly Member[]): string =>
  [
    'asset_tag,serial_number,kind,holder,population,groups',
    ...fleet.map(({ assetTag, serial, kind, holder, population, group }) =>
      [assetTag, serial, kind, holder ?? '', holder === null ? '' : population, group].join(','),
    ),
  ].join('\n');
