import { iso, type Role, typedKey } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { readOrganisation } from '../organisation/store.ts';
import { candidatesFor } from '../people/roles.ts';

interface Question {
  readonly organisation: string;
  /** Whom the policy says is told first. */
  readonly reportTo: Role;
  /** Whoever is named: a device's holder, or whom a report implicates. */
  readonly name: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The names of everybody who would be told first, each by all that they go by: account, address, name. */
async function toldNames(tx: Db | Tx, { organisation, reportTo, now }: Question): Promise<string[][]> {
  const candidates = await candidatesFor(tx, organisation, reportTo, iso(now).slice(0, 10));
  const { settings } = await readOrganisation(tx, organisation);
  const named = settings.recipients[reportTo];
  return [
    ...candidates.map(({ account, email, name }) => [account, name, ...(email === null ? [] : [email])]),
    ...(named === undefined ? [] : [[named.name, named.address]]),
  ];
}

/** Where whoever is named is an officer who would be told first: what to keep it from, for `concealed_from`. Else null. */
export async function concealedFrom(tx: Db | Tx, question: Question): Promise<string | null> {
  const { name } = question;
  if (name === null) return null;
  const officer = (await toldNames(tx, question)).find((names) =>
    names.some((one) => typedKey(one) === typedKey(name)),
  );
  return officer === undefined ? null : JSON.stringify(officer.map(typedKey));
}
