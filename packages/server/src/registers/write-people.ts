import type { Tx } from '../db/database.ts';
import { newId } from '../ids.ts';
import { addMembers, ensureGroups, removeFromGroups } from '../people/groups.ts';
import { changePerson, insertPeople, notePeopleGone } from '../people/store.ts';
import { namesIn, type Row } from './column.ts';
import type { Plan } from './plan.ts';
import { filledCell, inParts, type WriteContext } from './register.ts';

const columnsOf = (row: Row, { at, source }: WriteContext) => ({
  account: filledCell(row, 'account'),
  name: filledCell(row, 'name'),
  email: row['email'] ?? null,
  population: filledCell(row, 'population'),
  line_manager: row['line_manager'] ?? null,
  starts_on: row['starts_on'] ?? null,
  ends_on: row['ends_on'] ?? null,
  absent_from: row['absent_from'] ?? null,
  absent_until: row['absent_until'] ?? null,
  disabled: row['disabled'] === 'yes' ? 1 : 0,
  source: row['source'] ?? source,
  changed_at: at,
});

const groupsIn = (row: Row): string[] => namesIn(row['groups'] ?? null);

async function add(tx: Tx, added: Plan['added'], context: WriteContext): Promise<void> {
  const { organisation, at, random } = context;
  for (const part of inParts(added)) {
    const people = part.map(({ row }) => ({ row, id: newId(at, random) }));
    await insertPeople(
      tx,
      people.map(({ row, id }) => ({ organisation, id, ...columnsOf(row, context), created_at: at, gone_at: null })),
    );
    const members = people.flatMap(({ row, id }) => groupsIn(row).map((group) => ({ person: id, group })));
    for (const few of inParts(members)) await addMembers(tx, organisation, few);
  }
}

async function change(tx: Tx, { key, row, before, columns }: Plan['changed'][number], context: WriteContext) {
  const { organisation } = context;
  const gone = row['gone'] === 'yes' ? {} : { gone_at: null };
  const { id } = await changePerson(tx, organisation, key, { ...columnsOf(row, context), ...gone });
  if (!columns.includes('groups') || row['groups'] === before['groups']) return;
  await removeFromGroups(tx, organisation, id);
  await addMembers(
    tx,
    organisation,
    groupsIn(row).map((group) => ({ person: id, group })),
  );
}

/** Carries a plan for people out: rows, groups and who is in them; whoever is gone is marked, not removed. */
export async function writePeople(tx: Tx, { added, changed, gone }: Plan, context: WriteContext): Promise<void> {
  const { organisation, at, source } = context;
  const names = [...new Set([...added, ...changed].flatMap(({ row }) => groupsIn(row)))];
  for (const part of inParts(names)) await ensureGroups(tx, { organisation, names: part, source, at });
  await add(tx, added, context);
  for (const one of changed) await change(tx, one, context);
  for (const part of inParts(gone)) await notePeopleGone(tx, organisation, part, at);
}
