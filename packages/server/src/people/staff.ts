import { typedKey } from '@beadle/shared';
import type { Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import { namesOf, personOfHolder } from './holder.ts';
import type { Person } from './store.ts';

export interface Named {
  readonly name: string;
  /** By what else they may be meant: account, address and name, in small letters. */
  readonly keys: readonly string[];
}

const named = (person: Person, sharesName: boolean): Named => ({
  name: person.name,
  keys: namesOf(person, !sharesName).map(typedKey),
});

/**
 * The caller, and those whose line manager the register says that they are. A name that two people have means neither
 * of them, so that nobody is told of another's.
 */
export async function selfAndStaff(db: Db, caller: Caller): Promise<{ self: Named; staff: readonly Named[] }> {
  const { organisation } = caller;
  const self = await personOfHolder(db, organisation, caller.name);
  if (self === 'many') return { self: { name: caller.name, keys: [] }, staff: [] };
  if (self === undefined) return { self: { name: caller.name, keys: [typedKey(caller.name)] }, staff: [] };
  const people = await db
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('gone_at', 'is', null)
    .where((eb) => eb.or([eb('line_manager', '=', self.account), eb('id', '=', self.id)]))
    .orderBy('name')
    .execute();
  const all = await db
    .selectFrom('people')
    .select(['name'])
    .where('organisation', '=', organisation)
    .where('gone_at', 'is', null)
    .execute();
  const times = Map.groupBy(all, ({ name }) => typedKey(name));
  const shares = ({ name }: Person) => (times.get(typedKey(name))?.length ?? 0) > 1;
  const staff = people.filter(({ id }) => id !== self.id).map((one) => named(one, shares(one)));
  return { self: named(self, shares(self)), staff };
}
