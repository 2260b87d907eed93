import type { Tx } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/ids.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { type Dice, dice, randomOf } from './dice.ts';
import { insertAll } from './insert.ts';
import { DAY_MS, NOW, SIZES, YEAR_MS } from './sizes.ts';

const organisation = ORGANISATION;
const GROUPS = 60;
const STICKS = 800;
const PRINTERS = 400;

const accountOf = (number: number): string => `person.${String(number).padStart(5, '0')}`;
/** Whoever has this number; nobody is real. */
export const nameOf = (number: number): string => `Person ${String(number).padStart(5, '0')}`;

const GROUP_NAMES = Array.from({ length: GROUPS }, (_, number) => `Group ${String(number).padStart(2, '0')}`);

function personRow(number: number, { percent, below }: Dice) {
  return {
    organisation,
    id: `person-${String(number).padStart(6, '0')}`,
    account: accountOf(number),
    name: nameOf(number),
    email: `${accountOf(number)}@example.org`,
    population: percent(90) ? 'employee' : 'contractor',
    line_manager: accountOf(below(100)),
    starts_on: '2020-01-01',
    ends_on: null,
    absent_from: percent(2) ? '2026-01-01' : null,
    absent_until: null,
    disabled: 0,
    source: 'csv',
    created_at: NOW - YEAR_MS,
    changed_at: NOW - 30 * DAY_MS,
    gone_at: percent(5) ? NOW - 90 * DAY_MS : null,
  };
}

const ROLES = ['information-security-team-leader', 'siro', 'data-protection-officer', 'line-manager'] as const;

const holderRow = (role: string, number: number) => ({
  organisation,
  id: `role-${role}-${number}`,
  role,
  person: `person-${String(number).padStart(6, '0')}`,
  standing: number % 2 === 0 ? 'holder' : 'deputy',
  starts_on: null,
  ends_on: null,
  created_at: NOW - YEAR_MS,
  created_by: 'cli:root',
});

const stickRow = (number: number, { percent, below }: Dice) => ({
  organisation,
  serial_key: `stick${String(number).padStart(6, '0')}`,
  serial: `STICK${String(number).padStart(6, '0')}`,
  encrypts_in_hardware: percent(60) ? 1 : 0,
  holder: nameOf(below(SIZES.people)),
  note: 'Business Continuity Plan',
  retired: percent(10) ? 1 : 0,
  created_at: NOW - YEAR_MS,
  changed_at: NOW - YEAR_MS,
});

function printerRow(number: number, rolled: Dice) {
  const pattern = String.raw`\\print.example.org\Floor ${number}`;
  return {
    organisation,
    id: newId(NOW - YEAR_MS + number, randomOf(rolled)),
    pattern_key: pattern.toLowerCase(),
    pattern,
    class: number % 4 === 0 ? 'permitted' : 'council',
    note: null,
    classified_by: nameOf(1),
    classified_at: NOW - YEAR_MS,
  };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);

/** People with their groups and roles, sticks and printers. */
export async function insertPeople(tx: Tx): Promise<void> {
  const rolled = dice(2);
  const people = numbers(SIZES.people).map((number) => personRow(number, rolled));
  await insertAll(tx, 'people', people);
  const groups = GROUP_NAMES.map((name) => ({ organisation, name, source: 'csv', created_at: NOW - YEAR_MS }));
  await insertAll(tx, 'people_groups', groups);
  const members = people.flatMap(({ id }) =>
    [...new Set([rolled.skewed(GROUPS), rolled.below(GROUPS)])].map((group) => ({
      organisation,
      group_name: GROUP_NAMES[group] ?? '',
      person: id,
    })),
  );
  await insertAll(tx, 'people_group_members', members);
  await insertAll(
    tx,
    'role_holders',
    ROLES.flatMap((role) => numbers(role === 'line-manager' ? 100 : 2).map((number) => holderRow(role, number))),
  );
  await insertAll(
    tx,
    'sticks',
    numbers(STICKS).map((number) => stickRow(number, rolled)),
  );
  await insertAll(
    tx,
    'printers',
    numbers(PRINTERS).map((number) => printerRow(number, rolled)),
  );
  const given = ['people', 'sticks', 'printers'].map((name) => ({
    organisation,
    name,
    version: `bench-${NOW}`,
    changed_at: NOW - YEAR_MS,
  }));
  await insertAll(tx, 'registers', given);
}
