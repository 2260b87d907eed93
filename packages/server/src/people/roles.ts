import type { Random, Role } from '@beadle/shared';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { RoleHolderTable } from '../db/schema-people.ts';
import { newId } from '../ids.ts';
import type { Person } from './store.ts';

export const STANDINGS = ['holder', 'deputy'] as const;
export type Standing = (typeof STANDINGS)[number];

export interface NewRoleHolder {
  readonly organisation: string;
  readonly role: Role;
  /** A person's id. */
  readonly person: string;
  readonly standing: Standing;
  /** Days such as `2026-11-01`; null: from the beginning, without an end. */
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly at: number;
  readonly by: string;
}

export async function addRoleHolder(tx: Tx, made: NewRoleHolder, random: Random): Promise<string> {
  const { organisation, role, person, standing, startsOn, endsOn, at, by } = made;
  const id = newId(at, random);
  const days = { starts_on: startsOn, ends_on: endsOn };
  await tx
    .insertInto('role_holders')
    .values({ organisation, id, role, person, standing, ...days, created_at: at, created_by: by })
    .execute();
  return id;
}

export interface RoleHolder extends Selectable<RoleHolderTable> {
  readonly account: string;
  readonly name: string;
}

const holding = (db: Db | Tx, organisation: string) =>
  db
    .selectFrom('role_holders')
    .innerJoin('people', (join) =>
      join
        .onRef('people.organisation', '=', 'role_holders.organisation')
        .onRef('people.id', '=', 'role_holders.person'),
    )
    .where('role_holders.organisation', '=', organisation);

/** Who has and had which role, in the order in which it was said; one more than the limit where there is a next page. */
export async function listRoleHolders(
  db: Db,
  organisation: string,
  filter: { readonly role?: string | undefined },
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<RoleHolder[]> {
  let query = holding(db, organisation).selectAll('role_holders').select(['people.account', 'people.name']);
  if (filter.role !== undefined) query = query.where('role_holders.role', '=', filter.role);
  if (after !== undefined) query = query.where('role_holders.id', '>', after);
  return query
    .orderBy('role_holders.id')
    .limit(limit + 1)
    .execute();
}

export const roleHolderOf = (db: Db | Tx, organisation: string, id: string): Promise<RoleHolder | undefined> =>
  holding(db, organisation)
    .selectAll('role_holders')
    .select(['people.account', 'people.name'])
    .where('role_holders.id', '=', id)
    .executeTakeFirst();

export const changeRoleHolder = (
  tx: Tx,
  organisation: string,
  id: string,
  days: { readonly starts_on?: string | null; readonly ends_on?: string | null },
) => tx.updateTable('role_holders').set(days).where('organisation', '=', organisation).where('id', '=', id).execute();

/** Takes back that somebody has a role: only of one that has not begun. */
export const removeRoleHolder = (tx: Tx, organisation: string, id: string) =>
  tx.deleteFrom('role_holders').where('organisation', '=', organisation).where('id', '=', id).execute();

/** What a person has and had, in the order in which it was said. */
export const rolesOf = (db: Db, organisation: string, person: string): Promise<RoleHolder[]> =>
  holding(db, organisation)
    .selectAll('role_holders')
    .select(['people.account', 'people.name'])
    .where('role_holders.person', '=', person)
    .orderBy('role_holders.id')
    .execute();

export interface Candidate extends Pick<Person, 'account' | 'name' | 'email'> {
  readonly standing: Standing;
  /** Whether the person can be told today: there, not away, with an account that works. */
  readonly isThere: boolean;
}

export const isWithin = (today: string, from: string | null, until: string | null): boolean =>
  (from === null || from <= today) && (until === null || until >= today);

type Presence = Pick<Person, 'starts_on' | 'ends_on' | 'absent_from' | 'absent_until' | 'disabled' | 'gone_at'>;

/** Whether somebody works for the council today and is not away. */
export function isThereOn(today: string, person: Presence): boolean {
  const { starts_on, ends_on, absent_from, absent_until, disabled, gone_at } = person;
  if (gone_at !== null || disabled === 1 || !isWithin(today, starts_on, ends_on)) return false;
  return absent_from === null || !isWithin(today, absent_from, absent_until);
}

/** Who has a role today, the holders before their deputies; whoever left the council has none. */
export async function candidatesFor(
  db: Db | Tx,
  organisation: string,
  role: Role,
  today: string,
): Promise<readonly Candidate[]> {
  const rows = await holding(db, organisation)
    .selectAll('people')
    .select(['role_holders.standing', 'role_holders.starts_on as from', 'role_holders.ends_on as until'])
    .where('role_holders.role', '=', role)
    .orderBy('role_holders.id')
    .execute();
  return rows
    .filter(({ from, until }) => isWithin(today, from, until))
    .map((row) => ({
      account: row.account,
      name: row.name,
      email: row.email,
      standing: row.standing as Standing,
      isThere: isThereOn(today, row),
    }))
    .toSorted((one, other) => STANDINGS.indexOf(one.standing) - STANDINGS.indexOf(other.standing));
}
