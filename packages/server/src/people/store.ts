import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { PersonTable } from '../db/schema-people.ts';
import { containing } from '../containing.ts';
import { endSessionsOfAccounts } from './session-list.ts';

export type Person = Selectable<PersonTable>;

export const readPeople = (db: Db | Tx, organisation: string): Promise<Person[]> =>
  db.selectFrom('people').selectAll().where('organisation', '=', organisation).orderBy('account').execute();

/** The names of each person's groups, by the person's id. */
export async function readMemberships(db: Db | Tx, organisation: string): Promise<Map<string, string[]>> {
  const rows = await db
    .selectFrom('people_group_members')
    .select(['person', 'group_name'])
    .where('organisation', '=', organisation)
    .orderBy('group_name')
    .execute();
  const groups = new Map<string, string[]>();
  for (const { person, group_name } of rows) groups.set(person, [...(groups.get(person) ?? []), group_name]);
  return groups;
}

export const personByAccount = (db: Db | Tx, organisation: string, account: string): Promise<Person | undefined> =>
  db
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('account', '=', account.toLowerCase())
    .executeTakeFirst();

/** Those of these accounts (in lower case) that there are, in any order. */
export const peopleByAccount = (db: Db | Tx, organisation: string, accounts: readonly string[]): Promise<Person[]> =>
  accounts.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('people')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('account', 'in', [...accounts])
        .execute();

export interface PeopleFilter {
  /** Part of a name, an account or, for who may see it, an address. */
  readonly q?: string | undefined;
  readonly byEmail?: boolean;
  readonly population?: string | undefined;
  readonly group?: string | undefined;
  /** Those whom their import had no longer, too. */
  readonly gone?: boolean | undefined;
}

function matching(db: Db, organisation: string, { q, byEmail = false, population, group, gone = false }: PeopleFilter) {
  let query = db.selectFrom('people').where('organisation', '=', organisation);
  if (!gone) query = query.where('gone_at', 'is', null);
  if (population !== undefined) query = query.where('population', '=', population);
  if (q !== undefined) {
    const like = (column: string) =>
      sql<boolean>`lower(${sql.ref(column)}) like ${containing(q.toLowerCase())} escape '\\'`;
    query = query.where((eb) => eb.or([like('account'), like('name'), ...(byEmail ? [like('email')] : [])]));
  }
  if (group !== undefined)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('people_group_members as member')
          .select('member.person')
          .whereRef('member.organisation', '=', 'people.organisation')
          .whereRef('member.person', '=', 'people.id')
          .where('member.group_name', '=', group),
      ),
    );
  return query;
}

/** People by account, one more than the limit where there is a next page. */
export async function listPeople(
  db: Db,
  organisation: string,
  filter: PeopleFilter,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<Person[]> {
  const query = matching(db, organisation, filter)
    .selectAll()
    .orderBy('account')
    .limit(limit + 1);
  return (after === undefined ? query : query.where('account', '>', after)).execute();
}

export async function countPeople(db: Db, organisation: string, filter: PeopleFilter): Promise<number> {
  const row = await matching(db, organisation, filter)
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The names of the groups of a few people, by id. */
export async function groupsOf(
  db: Db,
  organisation: string,
  people: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (people.length === 0) return new Map();
  const rows = await db
    .selectFrom('people_group_members')
    .select(['person', 'group_name'])
    .where('organisation', '=', organisation)
    .where('person', 'in', [...people])
    .orderBy('group_name')
    .execute();
  return new Map(people.map((id) => [id, rows.filter(({ person }) => person === id).map((row) => row.group_name)]));
}

export const insertPeople = (tx: Tx, people: readonly Insertable<PersonTable>[]) =>
  tx
    .insertInto('people')
    .values([...people])
    .execute();

/** Who is gone, or cannot sign in at the directory any more, is signed out at once. */
export async function changePerson(
  tx: Tx,
  organisation: string,
  account: string,
  columns: Updateable<PersonTable> & Pick<PersonTable, 'changed_at'>,
) {
  if (typeof columns.gone_at === 'number' || columns.disabled === 1)
    await endSessionsOfAccounts(tx, organisation, [account], columns.changed_at);
  return tx
    .updateTable('people')
    .set(columns)
    .where('organisation', '=', organisation)
    .where('account', '=', account)
    .returning('id')
    .executeTakeFirstOrThrow();
}

export async function notePeopleGone(tx: Tx, organisation: string, accounts: readonly string[], at: number) {
  await endSessionsOfAccounts(tx, organisation, accounts, at);
  return tx
    .updateTable('people')
    .set({ gone_at: at, changed_at: at })
    .where('organisation', '=', organisation)
    .where('account', 'in', [...accounts])
    .execute();
}
