import { POPULATIONS } from '@beadle/shared';
import { type Person, readMemberships, readPeople } from '../people/store.ts';
import { account, day, fitting, joined, KEY, line, names, oneOf, type Row } from './column.ts';
import { filledCell, type Kept, type Register, type RowProblem } from './register.ts';
import { noteChanged } from './versions.ts';
import { writePeople } from './write-people.ts';

const ADDRESS = /^[^\s\p{Cc}@<>()[\],;:\\"]{1,64}@[A-Za-z0-9.-]{1,253}$/u;
const keyOf = (row: Row): string => filledCell(row, 'account');

/** Whoever is named as a manager must be somebody. */
function managersThere({ current }: Kept, rows: readonly Row[]): RowProblem[] {
  const known = new Set([...current.keys(), ...rows.map(keyOf)]);
  return rows.flatMap(({ line_manager: manager }, index) =>
    manager === null || manager === undefined || known.has(manager)
      ? []
      : [{ index, column: 'line_manager', expected: 'the account of somebody in the list or the register' }],
  );
}

/** Days are texts whose order is that of the days. */
function daysInOrder(rows: readonly Row[], from: string, until: string): RowProblem[] {
  return rows.flatMap((row, index) => {
    const [begins, ends] = [row[from] ?? null, row[until] ?? null];
    return begins === null || ends === null || begins <= ends
      ? []
      : [{ index, column: until, expected: `a day that is not before ${from}` }];
  });
}

export const personRow = (person: Person, groups: readonly string[]): Row => ({
  account: person.account,
  name: person.name,
  email: person.email,
  population: person.population,
  line_manager: person.line_manager,
  starts_on: person.starts_on,
  ends_on: person.ends_on,
  absent_from: person.absent_from,
  absent_until: person.absent_until,
  groups: joined(groups),
  // Seen again: what a list says of somebody who was gone is a change.
  disabled: person.disabled === 1 ? 'yes' : 'no',
  gone: person.gone_at === null ? 'no' : 'yes',
  source: person.source,
});

/** People by their accounts. One who is gone stays on record as gone: breaches and approvals name them. */
export const people: Register = {
  name: 'people',
  columns: [
    account('account', KEY),
    line('name', 200, KEY),
    fitting('email', ADDRESS, 'an e-mail address'),
    oneOf('population', POPULATIONS, KEY),
    account('line_manager'),
    day('starts_on'),
    day('ends_on'),
    day('absent_from'),
    day('absent_until'),
    names('groups'),
  ],
  keyOf,
  // Whom a person entered and a list has is the list's from then on.
  implied: (before) => ({ gone: 'no', ...(before?.['source'] === 'hand' ? { source: 'csv' } : {}) }),
  // When somebody was away is nobody's business later.
  unsaid: ['absent_from', 'absent_until'],
  async read(tx, organisation, source) {
    const [rows, groupsOf] = [await readPeople(tx, organisation), await readMemberships(tx, organisation)];
    return {
      current: new Map(rows.map((person) => [person.account, personRow(person, groupsOf.get(person.id) ?? [])])),
      expected: new Set(
        rows.filter((one) => one.gone_at === null && one.source === source).map((person) => person.account),
      ),
    };
  },
  check: (kept, rows) => [
    ...managersThere(kept, rows),
    ...daysInOrder(rows, 'starts_on', 'ends_on'),
    ...daysInOrder(rows, 'absent_from', 'absent_until'),
  ],
  async write(tx, plan, context) {
    await writePeople(tx, plan, context);
    await noteChanged(tx, 'people', context);
  },
};
