import { problem } from '../errors.ts';
import type { Caller } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { groupNamed, membersOf } from '../people/groups.ts';
import { type Person, peopleByAccount } from '../people/store.ts';
import type { Connector, Facility } from './connector.ts';
import { GROUP_PREFIX } from './schema.ts';
import type { Withdrawal } from './store.ts';

export interface Named {
  readonly subjects: readonly string[];
  readonly facilities: readonly Facility[];
}

/** As many as are withdrawn at once; more is a mistake more often than it is meant. */
const MOST_PEOPLE = 2000;

async function accountsOf(db: Db | Tx, organisation: string, subject: string): Promise<string[]> {
  if (!subject.startsWith(GROUP_PREFIX)) return [subject.toLowerCase()];
  const name = subject.slice(GROUP_PREFIX.length);
  if ((await groupNamed(db, organisation, name)) === undefined)
    throw problem('validation', `There is no group ${name}.`, [
      { field: 'subjects', expected: 'groups that are there' },
    ]);
  const members = await membersOf(db, organisation, name);
  if (members.length === 0) throw problem('validation', `Nobody is in the group ${name}.`);
  return members;
}

/** Everybody who is meant, each once, by account. Throws where somebody is not in the list of people, or a group is not there. */
export async function peopleNamed(db: Db | Tx, organisation: string, subjects: readonly string[]): Promise<Person[]> {
  const accounts = new Set<string>();
  for (const subject of subjects)
    for (const account of await accountsOf(db, organisation, subject)) accounts.add(account);
  if (accounts.size > MOST_PEOPLE)
    throw problem('validation', `These are ${accounts.size} people; one withdrawal is for ${MOST_PEOPLE} at most.`);
  const known = new Map((await peopleByAccount(db, organisation, [...accounts])).map((one) => [one.account, one]));
  return [...accounts].toSorted().map((account) => {
    const person = known.get(account);
    if (person === undefined)
      throw problem('person-unknown', `Nobody in the list of people has the account ${account}.`);
    return person;
  });
}

/** Everybody whom a withdrawal is about. */
export async function peopleIn(tx: Tx, { organisation, id }: Withdrawal) {
  return tx
    .selectFrom('people')
    .select(['id', 'account', 'name', 'email', 'population'])
    .where('organisation', '=', organisation)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('withdrawal_steps')
        .select('person')
        .where('organisation', '=', organisation)
        .where('withdrawal', '=', id),
    )
    .execute();
}

/** Nobody gives themselves back what was taken from them, nor approves it. */
export function refuseOwn({ name, account }: Caller, people: readonly Pick<Person, 'account' | 'name'>[]): void {
  const own = new Set([name, ...(account === undefined ? [] : [account])].map((one) => one.toLowerCase()));
  const self = people.some((person) => own.has(person.account) || own.has(person.name.toLowerCase()));
  if (self) throw problem('not-permitted', 'This is about your own access: somebody else has to do it.');
}

/** Where no other connector serves a facility, ICT does it by hand and says so. */
export const BY_HAND = 'by-hand';

/** The connectors that carry a facility, by name; by hand where there is none. */
export function connectorsFor(facility: Facility, connectors: readonly Connector[]): readonly Connector[] {
  const serving = connectors.filter(({ facilities, byHand }) => byHand !== true && facilities.includes(facility));
  return serving.length > 0 ? serving : connectors.filter(({ byHand }) => byHand === true);
}
