import { typedKey } from '@beadle/shared';
import { sql } from 'kysely';
import type { Caller } from './access.ts';
import { containing } from './containing.ts';

/** Who reads: a breach that implicates an officer is not there for that officer (invariant 7). */
export type Viewer = Pick<Caller, 'organisation' | 'name'>;

const quoted = (key: string): string => JSON.stringify(typedKey(key));

export const isConcealedFrom = (breach: { readonly concealed_from: string | null }, { name }: Viewer): boolean =>
  breach.concealed_from?.includes(quoted(name)) === true;

/** The same for a query over `breaches`. */
export function visibleTo({ name }: Viewer) {
  const like = containing(quoted(name));
  return sql<boolean>`(breaches.concealed_from is null or breaches.concealed_from not like ${like} escape '\\')`;
}
