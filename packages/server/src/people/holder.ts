import { typedKey } from '@beadle/shared';
import { sql } from 'kysely';
import type { Caller } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { type Person, personByAccount } from './store.ts';

/** By how a device's or a stick's holder is matched to people: an account, an address, or a name that only one has. */
const lower = (column: string) => sql<string>`lower(${sql.ref(column)})`;

const byName = (db: Db | Tx, organisation: string, name: string): Promise<Person[]> =>
  db
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('gone_at', 'is', null)
    .where((eb) => eb.or([eb('name', '=', name), eb(lower('name'), '=', typedKey(name))]))
    .limit(2)
    .execute();

/** Whom a holder names; nobody where nobody is called so, `many` where more than one person is. */
export async function personOfHolder(
  db: Db | Tx,
  organisation: string,
  holder: string,
): Promise<Person | 'many' | undefined> {
  const key = typedKey(holder);
  const people = db.selectFrom('people').selectAll().where('organisation', '=', organisation);
  const known =
    (await people.where('account', '=', key).executeTakeFirst()) ??
    (await people.where(lower('email'), '=', key).orderBy('gone_at').executeTakeFirst());
  if (known !== undefined) return known;
  const named = await byName(db, organisation, holder.trim());
  return named.length > 1 ? 'many' : named[0];
}

/**
 * Who of the list of people the caller is: by the account at the provider where they came with one, whatever they are called
 * by now, else by their name. `nobody` is not to be taken for anybody: two people have the name, or the caller is of another
 * organisation.
 */
export async function selfOf(db: Db, caller: Caller): Promise<Person | 'nobody' | undefined> {
  const { organisation, name, account, home } = caller;
  if (home !== undefined) return 'nobody';
  const known = account === undefined ? undefined : await personByAccount(db, organisation, account);
  const found = known ?? (await personOfHolder(db, organisation, name));
  return found === 'many' ? 'nobody' : found;
}

/** Of these names, in small letters, those that more than one person has. */
export async function namesOfSeveral(
  db: Db,
  organisation: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const keys = [...new Set(names.map(typedKey))];
  const rows = await db
    .selectFrom('people')
    .select('name')
    .where('organisation', '=', organisation)
    .where('gone_at', 'is', null)
    .where((eb) => eb.or([eb('name', 'in', [...names]), eb(lower('name'), 'in', keys)]))
    .execute();
  const times = Map.groupBy(rows, ({ name }) => typedKey(name));
  return new Set(keys.filter((key) => (times.get(key)?.length ?? 0) > 1));
}

/** The account of whoever is called so, in the list of people, and has an address there; undefined where nobody is, or two are. */
export async function reachableAs(db: Db | Tx, organisation: string, name: string): Promise<string | undefined> {
  const person = await personOfHolder(db, organisation, name);
  const isReached = person !== undefined && person !== 'many' && person.gone_at === null && person.email !== null;
  return isReached ? person.account : undefined;
}

/** What a person goes by: their account, their address and, where it names nobody else, their name. */
export const namesOf = ({ account, email, name }: Person, withName: boolean): string[] => [
  account,
  ...(email === null ? [] : [email]),
  ...(withName ? [name] : []),
];

export interface Held {
  readonly devices: readonly {
    readonly asset_tag: string;
    readonly kind: string;
    readonly serial_number: string | null;
  }[];
  readonly sticks: readonly { readonly serial: string; readonly retired: number }[];
  /** Another person has the same name, so that the name alone names neither. */
  readonly sharesName: boolean;
}

/** What the registers say that a person holds; nothing of when it was used. */
export async function heldBy(db: Db, person: Person): Promise<Held> {
  const { organisation, account, name } = person;
  const sharesName = (await byName(db, organisation, name)).some((one) => one.account !== account);
  const texts = namesOf(person, !sharesName && person.gone_at === null);
  const keys = [...new Set([...texts, ...texts.map(typedKey)])];
  const devices = await db
    .selectFrom('devices')
    .select(['asset_tag', 'kind', 'serial_number'])
    .where('organisation', '=', organisation)
    .where((eb) => eb.or([eb('holder', 'in', keys), eb(lower('holder'), 'in', keys)]))
    .orderBy('asset_tag')
    .execute();
  const sticks = await db
    .selectFrom('sticks')
    .select(['serial', 'retired'])
    .where('organisation', '=', organisation)
    .where((eb) => eb.or([eb('holder', 'in', keys), eb(lower('holder'), 'in', keys)]))
    .orderBy('serial_key')
    .execute();
  return { devices, sticks, sharesName };
}
