import { POPULATIONS, iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Db } from '../db/database.ts';
import { readByHand } from '../db/hand-changes.ts';
import { entryVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { seenBy } from '../people/fields.ts';
import { groupsOf, type Person, personByAccount } from '../people/store.ts';
import { personRow } from './people.ts';

const orNull = (most: number) => Type.Union([Type.String({ maxLength: most }), Type.Null()]);
export const Population = Type.Enum([...POPULATIONS], { description: `one of ${POPULATIONS.join(', ')}` });
export const Account = Type.String({ minLength: 1, maxLength: 64, description: 'an account such as sam.rivers' });

const days = {
  startsOn: orNull(10),
  endsOn: orNull(10),
  /** Away, without a reason; with no end until further notice. */
  absentFrom: orNull(10),
  absentUntil: orNull(10),
};

/** What may be said of a person. */
export const personFields = {
  name: Type.String({ minLength: 1, maxLength: 200, description: 'a name' }),
  email: orNull(320),
  population: Population,
  lineManager: orNull(64),
  ...days,
  groups: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    maxItems: 100,
    description: 'a list of groups',
  }),
};

export const PersonAnswer = Type.Object({
  account: Type.String(),
  name: Type.String(),
  email: seenBy('person.email', orNull(320)),
  population: Type.String(),
  lineManager: seenBy('person.line-manager', orNull(64)),
  startsOn: seenBy('person.employment', orNull(10)),
  endsOn: seenBy('person.employment', orNull(10)),
  absentFrom: seenBy('person.absence', orNull(10)),
  absentUntil: seenBy('person.absence', orNull(10)),
  groups: Type.Array(Type.String()),
  source: Type.String({ description: 'csv or directory: which import has them; hand: a person entered them' }),
  accountDisabled: seenBy('person.employment', Type.Boolean()),
  goneAt: orNull(30),
  version: seenBy('person.version', Type.String({ description: 'of this entry; send it along with a change' })),
});

/** A change by hand, until an import takes it back. */
export const ByHand = Type.Object({ field: Type.String(), by: Type.String(), at: Type.String() });

export const WholePersonAnswer = Type.Object({ ...PersonAnswer.properties, changedByHand: Type.Array(ByHand) });

/** Whole: what a caller may not see of it goes when it is answered. */
export const presentPerson = (person: Person, groups: readonly string[]): Required<Static<typeof PersonAnswer>> => ({
  account: person.account,
  name: person.name,
  email: person.email,
  population: person.population,
  lineManager: person.line_manager,
  startsOn: person.starts_on,
  endsOn: person.ends_on,
  absentFrom: person.absent_from,
  absentUntil: person.absent_until,
  groups: [...groups],
  source: person.source,
  accountDisabled: person.disabled === 1,
  goneAt: isoOrNull(person.gone_at),
  version: entryVersion(personRow(person, groups)),
});

/** One person with what was changed by hand. Throws `person-unknown`. */
export async function wholePerson(
  db: Db,
  organisation: string,
  account: string,
): Promise<Static<typeof WholePersonAnswer>> {
  const person = await personByAccount(db, organisation, account);
  if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
  const groups = await groupsOf(db, organisation, [person.id]);
  const marks = await readByHand(db, { organisation, register: 'people' }, person.account);
  return {
    ...presentPerson(person, groups.get(person.id) ?? []),
    changedByHand: marks.map(({ column, by, at }) => ({ field: column, by, at: iso(at) })),
  };
}
