import type { DirectorySettings } from '../../settings-directory.ts';
import { type Column, joined, namesIn, type Row } from '../column.ts';
import { people } from '../people.ts';
import type { DirectoryAnswer, DirectoryPerson } from './client.ts';
import { sameDn } from './connection.ts';

const column = (name: string): Column => {
  const found = people.columns.find((one) => one.name === name);
  if (found === undefined) throw new Error(`people have no column ${name}`);
  return found;
};
const COLUMNS = {
  account: column('account'),
  name: column('name'),
  email: column('email'),
  population: column('population'),
} as const;

/** As a register keeps it; undefined where the directory has nothing of the kind. */
const read = (name: keyof typeof COLUMNS, text: string | undefined): string | undefined =>
  text === undefined ? undefined : COLUMNS[name].read(text);

export interface DirectoryRowsInput {
  readonly answer: DirectoryAnswer;
  readonly settings: Pick<DirectorySettings, 'groups' | 'population'>;
  /** People as the register has them, by account. */
  readonly current: ReadonlyMap<string, Row>;
  /** The groups that earlier imports from the directory have made. */
  readonly kept: readonly string[];
}

interface Known extends DirectoryPerson {
  readonly account: string;
}

/** Whoever has an account of the expected form, each once. A disabled one is no newcomer, and nobody who comes back. */
function knownPeople({ answer, current }: DirectoryRowsInput): Known[] {
  const known = new Map<string, Known>();
  for (const person of answer.people) {
    const account = read('account', person.account);
    if (account === undefined || known.has(account)) continue;
    const before = current.get(account);
    if (person.disabled && (before === undefined || before['gone'] === 'yes')) continue;
    known.set(account, { ...person, account });
  }
  return [...known.values()];
}

/**
 * What the directory says of people, as rows; what it does not say (days, absences, other groups) is left out, and so
 * stays as it is. Pure.
 */
export function rowsOfDirectory(input: DirectoryRowsInput): Row[] {
  const { answer, settings, current, kept } = input;
  const known = knownPeople(input);
  const byDn = new Map(known.map(({ dn, account }) => [sameDn(dn), account]));
  const own = new Set([...settings.groups, ...kept]);
  return known.map((person) => {
    const before = current.get(person.account);
    const others = namesIn(before?.['groups'] ?? null).filter((group) => !own.has(group));
    const groups = settings.groups.filter((group) => answer.members.get(group)?.has(sameDn(person.dn)) === true);
    const manager = person.manager === undefined ? undefined : byDn.get(sameDn(person.manager));
    return {
      account: person.account,
      name: read('name', person.name) ?? person.account,
      email: read('email', person.email) ?? null,
      population: read('population', person.population) ?? before?.['population'] ?? settings.population,
      line_manager: manager ?? null,
      groups: joined([...others, ...groups]),
      disabled: person.disabled ? 'yes' : 'no',
      gone: 'no',
      source: 'directory',
    };
  });
}
