import { ROLES, type Role } from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { isThereOn, isWithin, type RoleHolder, STANDINGS, type Standing } from './roles.ts';
import type { Person } from './store.ts';

export interface RoleEntry extends RoleHolder {
  readonly person_row: Person;
  /** `past` and `coming` by the role's own days; `here` and `away` of one who has it today. */
  readonly today: 'here' | 'away' | 'past' | 'coming';
}

export interface RoleToday {
  readonly role: Role;
  readonly entries: readonly RoleEntry[];
  /** Who is told today: a holder who is here and has an address, else a deputy. */
  readonly told: RoleEntry | undefined;
}

function todayOf({ starts_on: from, ends_on: until }: RoleHolder, person: Person, today: string): RoleEntry['today'] {
  if (until !== null && until < today) return 'past';
  if (!isWithin(today, from, until)) return 'coming';
  return isThereOn(today, person) ? 'here' : 'away';
}

const placeOf = ({ standing }: RoleEntry): number => STANDINGS.indexOf(standing as Standing);

/** Who has which role, today and otherwise, holders before deputies. `today` is a day such as `2026-11-01`. */
export async function rolesToday(
  db: Db,
  organisation: string,
  today: string,
  roles: readonly Role[] = ROLES,
): Promise<RoleToday[]> {
  const holders = await db
    .selectFrom('role_holders')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('role', 'in', [...roles])
    .orderBy('id')
    .execute();
  const ids = [...new Set(holders.map(({ person }) => person))];
  const people = await db
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', 'in', ids.length === 0 ? [''] : ids)
    .execute();
  const byId = new Map(people.map((person) => [person.id, person]));
  return roles.map((role) => {
    const entries = holders
      .filter((one) => one.role === role)
      .flatMap((one): RoleEntry[] => {
        const person = byId.get(one.person);
        if (person === undefined) return [];
        const holder = { ...one, account: person.account, name: person.name };
        return [{ ...holder, person_row: person, today: todayOf(holder, person, today) }];
      })
      .toSorted((a, b) => placeOf(a) - placeOf(b));
    return { role, entries, told: entries.find((one) => one.today === 'here' && one.person_row.email !== null) };
  });
}
