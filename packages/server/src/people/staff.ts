import { typedKey } from '@beadle/shared';
import type { Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import { namesOf, namesOfSeveral, selfOf } from './holder.ts';
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
  const self = await selfOf(db, caller);
  if (self === 'nobody') return { self: { name: caller.name, keys: [] }, staff: [] };
  if (self === undefined) return { self: { name: caller.name, keys: [typedKey(caller.name)] }, staff: [] };
  const staff = await db
    .selectFrom('people')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('gone_at', 'is', null)
    .where('line_manager', '=', self.account)
    .where('id', '<>', self.id)
    .orderBy('name')
    .execute();
  const names = [self, ...staff].map(({ name }) => name);
  const several = await namesOfSeveral(db, organisation, names);
  const asNamed = (person: Person) => named(person, several.has(typedKey(person.name)));
  return { self: asNamed(self), staff: staff.map(asNamed) };
}
