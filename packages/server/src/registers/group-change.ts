import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { noteByHand } from '../db/hand-changes.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { entryVersion, requireVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import { addMembers, ensureGroups, groupNamed, membersOf, removeGroup, removeMembers } from '../people/groups.ts';
import { readPeople } from '../people/store.ts';
import type { ChangeDeps } from './change.ts';
import { inParts } from './register.ts';
import { noteChanged } from './versions.ts';

export interface WholeGroup {
  readonly name: string;
  readonly source: string;
  /** Accounts, sorted. */
  readonly accounts: readonly string[];
  readonly version: string;
}

/** A group with everybody in it; undefined where there is none. */
export async function readGroup(db: Db | Tx, organisation: string, name: string): Promise<WholeGroup | undefined> {
  const group = await groupNamed(db, organisation, name);
  if (group === undefined) return undefined;
  const accounts = await membersOf(db, organisation, name);
  const { source } = group;
  return { name, source, accounts, version: entryVersion({ name, source, accounts }) };
}

/** What becomes of who is in a group. */
export interface GroupChange {
  readonly name: string;
  /** Whether there must be no such group yet (`make`), must be one (`change`), or may be. */
  readonly mode: 'make' | 'change' | 'either';
  readonly version?: string | undefined;
  /** Accounts in lower case; given who is in it, gives who is to be. */
  readonly become: (accounts: readonly string[]) => readonly string[];
}

/** In the audit log at most; how many they are is always told. */
const MOST_NAMED = 200;

async function idsOf(tx: Tx, organisation: string, accounts: readonly string[]): Promise<Map<string, string>> {
  const people = new Map((await readPeople(tx, organisation)).map(({ account, id }) => [account, id]));
  const unknown = accounts.find((account) => !people.has(account));
  if (unknown === undefined) return people;
  const field = { field: 'body.members', expected: `accounts of people in the register, not ${unknown}` };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

function requireMode(before: WholeGroup | undefined, { mode, name, version }: GroupChange): void {
  if (before === undefined && mode === 'change') throw problem('not-found', 'There is no such group.');
  if (before !== undefined && mode === 'make') throw problem('conflict', `There is a group ${name} already.`);
  if (before !== undefined) requireVersion(version, before.version);
}

/** Puts people into a group and takes others out. Throws `not-found`, `conflict` and `validation`. */
export const changeGroup = ({ db, clock }: ChangeDeps, caller: Caller, change: GroupChange): Promise<void> =>
  inTransaction(db, async (tx) => {
    const [{ organisation }, { name }] = [caller, change];
    const [at, by] = [clock.now(), actorOf(caller)];
    await lockOrganisation(tx, organisation);
    const before = await readGroup(tx, organisation, name);
    requireMode(before, change);
    const were = before?.accounts ?? [];
    const are = [...new Set(change.become(were))];
    const [added, removed] = [are.filter((one) => !were.includes(one)), were.filter((one) => !are.includes(one))];
    if (before !== undefined && added.length + removed.length === 0) return;
    const people = await idsOf(tx, organisation, are);
    const idOf = (account: string) => people.get(account) ?? '';
    await ensureGroups(tx, { organisation, names: [name], source: 'hand', at });
    for (const part of inParts(removed)) await removeMembers(tx, organisation, name, part.map(idOf));
    for (const part of inParts(added.map((account) => ({ person: idOf(account), group: name }))))
      await addMembers(tx, organisation, part);
    await noteChanged(tx, 'people', { organisation, at });
    const marks = [...added, ...removed].map((key) => ({ key, column: 'groups', by, at }));
    await noteByHand(tx, { organisation, register: 'people' }, marks);
    const action = before === undefined ? 'group-registered' : 'group-changed';
    const named = { added: added.slice(0, MOST_NAMED), removed: removed.slice(0, MOST_NAMED) };
    const detail = { members: are.length, before: were.length, ...named };
    await recordAct(tx, { organisation, at, actor: by, action, target: `group:${name}`, detail });
  });

/** Removes a group. Throws `not-found`, and `conflict` where the directory keeps it: it would make it anew. */
export const dropGroup = (
  { db, clock }: ChangeDeps,
  caller: Caller,
  { name, version }: { readonly name: string; readonly version?: string | undefined },
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const { organisation } = caller;
    const [at, by] = [clock.now(), actorOf(caller)];
    await lockOrganisation(tx, organisation);
    const before = await readGroup(tx, organisation, name);
    if (before === undefined) throw problem('not-found', 'There is no such group.');
    requireVersion(version, before.version);
    if (before.source === 'directory' && before.accounts.length > 0)
      throw problem(
        'conflict',
        'The directory keeps this group: take it out of directory.groups in the settings first.',
      );
    await removeGroup(tx, organisation, name);
    await noteChanged(tx, 'people', { organisation, at });
    const marks = before.accounts.map((key) => ({ key, column: 'groups', by, at }));
    await noteByHand(tx, { organisation, register: 'people' }, marks);
    const detail = { before: before.accounts.length, removed: before.accounts.slice(0, MOST_NAMED) };
    await recordAct(tx, { organisation, at, actor: by, action: 'group-removed', target: `group:${name}`, detail });
  });
