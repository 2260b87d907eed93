import type { Db, Tx } from '../db/database.ts';

export interface NewGroups {
  readonly organisation: string;
  readonly names: readonly string[];
  readonly source: string;
  readonly at: number;
}

/** Groups that are there already stay whose they are. */
export async function ensureGroups(tx: Tx, { organisation, names, source, at }: NewGroups): Promise<void> {
  if (names.length === 0) return;
  await tx
    .insertInto('people_groups')
    .values(names.map((name) => ({ organisation, name, source, created_at: at })))
    .onConflict((conflict) => conflict.columns(['organisation', 'name']).doNothing())
    .execute();
}

export interface Membership {
  readonly person: string;
  readonly group: string;
}

export async function addMembers(tx: Tx, organisation: string, members: readonly Membership[]): Promise<void> {
  if (members.length === 0) return;
  await tx
    .insertInto('people_group_members')
    .values(members.map(({ person, group }) => ({ organisation, person, group_name: group })))
    .onConflict((conflict) => conflict.columns(['organisation', 'group_name', 'person']).doNothing())
    .execute();
}

/** Takes a person out of every group. */
export const removeFromGroups = (tx: Tx, organisation: string, person: string) =>
  tx.deleteFrom('people_group_members').where('organisation', '=', organisation).where('person', '=', person).execute();

/** The groups that the directory's import keeps. */
export async function directoryGroups(tx: Tx, organisation: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('people_groups')
    .select('name')
    .where('organisation', '=', organisation)
    .where('source', '=', 'directory')
    .execute();
  return rows.map(({ name }) => name);
}

export interface Group {
  readonly name: string;
  readonly source: string;
  readonly members: number;
}

/** Groups by name with how many are in them, one more than the limit where there is a next page. */
export async function listGroups(
  db: Db,
  organisation: string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<Group[]> {
  const query = db
    .selectFrom('people_groups as group')
    .select((eb) => [
      'group.name',
      'group.source',
      eb
        .selectFrom('people_group_members as member')
        .select((inner) => inner.fn.countAll().as('count'))
        .whereRef('member.organisation', '=', 'group.organisation')
        .whereRef('member.group_name', '=', 'group.name')
        .as('members'),
    ])
    .where('group.organisation', '=', organisation)
    .orderBy('group.name')
    .limit(limit + 1);
  const rows = await (after === undefined ? query : query.where('group.name', '>', after)).execute();
  return rows.map((row) => ({ ...row, members: Number(row.members) }));
}

export const groupNamed = (db: Db | Tx, organisation: string, name: string) =>
  db
    .selectFrom('people_groups')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('name', '=', name)
    .executeTakeFirst();

/** The accounts of everybody in a group, sorted. */
export async function membersOf(db: Db | Tx, organisation: string, name: string): Promise<string[]> {
  const rows = await db
    .selectFrom('people_group_members as member')
    .innerJoin('people', (join) =>
      join.onRef('people.organisation', '=', 'member.organisation').onRef('people.id', '=', 'member.person'),
    )
    .select('people.account')
    .where('member.organisation', '=', organisation)
    .where('member.group_name', '=', name)
    .execute();
  return rows.map(({ account }) => account).toSorted();
}

/** Takes these people, by their ids, out of a group. */
export async function removeMembers(
  tx: Tx,
  organisation: string,
  name: string,
  people: readonly string[],
): Promise<void> {
  if (people.length === 0) return;
  await tx
    .deleteFrom('people_group_members')
    .where('organisation', '=', organisation)
    .where('group_name', '=', name)
    .where('person', 'in', [...people])
    .execute();
}

/** Removes a group, with everybody in it out of it. */
export async function removeGroup(tx: Tx, organisation: string, name: string): Promise<void> {
  await tx
    .deleteFrom('people_group_members')
    .where('organisation', '=', organisation)
    .where('group_name', '=', name)
    .execute();
  await tx.deleteFrom('people_groups').where('organisation', '=', organisation).where('name', '=', name).execute();
}
