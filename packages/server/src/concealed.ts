import { typedKey } from '@beadle/shared';
import { sql } from 'kysely';
import type { Caller } from './access.ts';
import { containing } from './containing.ts';

/** Who reads: a breach that implicates an officer is not there for that officer (invariant 7). */
export type Viewer = Pick<Caller, 'organisation' | 'name' | 'account' | 'home'>;

const quoted = (key: string): string => JSON.stringify(typedKey(key));

/** All that a viewer goes by: an officer who changes their own name in the list of people sees no more by it. */
const keysOf = ({ name, account, home }: Viewer): string[] =>
  [name, account, home?.name].filter((text) => text !== undefined).map(quoted);

export const isConcealedFrom = (breach: { readonly concealed_from: string | null }, viewer: Viewer): boolean =>
  keysOf(viewer).some((key) => breach.concealed_from?.includes(key) === true);

/** The same for a query over `breaches`. */
export function visibleTo(viewer: Viewer) {
  const hidden = keysOf(viewer).map(
    (key) => sql<boolean>`breaches.concealed_from not like ${containing(key)} escape '\\'`,
  );
  return sql<boolean>`(breaches.concealed_from is null or (${sql.join(hidden, sql` and `)}))`;
}
