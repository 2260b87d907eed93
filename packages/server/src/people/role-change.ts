import { type Clock, iso, type Random, type Role } from '@beadle/shared';
import { type Caller, actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { lockOrganisation } from '../db/locks.ts';
import { inTransaction } from '../db/transaction.ts';
import { isDay } from '../day.ts';
import { entryVersion, requireVersion } from '../entry-version.ts';
import { problem } from '../errors.ts';
import {
  addRoleHolder,
  changeRoleHolder,
  removeRoleHolder,
  type RoleHolder,
  roleHolderOf,
  type Standing,
} from './roles.ts';
import { personByAccount } from './store.ts';

export interface RoleChangeDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** Days such as `2026-11-01`; null: from the beginning, without an end. */
interface Days {
  readonly from: string | null;
  readonly until: string | null;
}

export interface GivenRole extends Days {
  readonly role: Role;
  readonly account: string;
  readonly standing: Standing;
}

export const roleVersion = ({ role, account, standing, starts_on, ends_on }: RoleHolder): string =>
  entryVersion({ role, account, standing, starts_on, ends_on });

function requireDays({ from, until }: Days): void {
  for (const [name, text] of Object.entries({ from, until })) {
    if (text === null || isDay(text)) continue;
    const field = { field: `body.${name}`, expected: 'a day that there is, such as 2026-11-01' };
    throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
  }
  if (from === null || until === null || from <= until) return;
  const field = { field: 'body.until', expected: 'a day that is not before from' };
  throw problem('validation', `${field.field}: expected ${field.expected}`, [field]);
}

const unknownHolder = () => problem('not-found', 'Nobody was given a role under this id.');

/** Says who has a role, or who deputises; gives the id of that. Throws `person-unknown` and `validation`. */
export async function giveRole(deps: RoleChangeDeps, caller: Caller, given: GivenRole): Promise<string> {
  const { organisation } = caller;
  const { role, account, standing, from, until } = given;
  requireDays(given);
  const [at, by] = [deps.clock.now(), actorOf(caller)];
  return inTransaction(deps.db, async (tx) => {
    const person = await personByAccount(tx, organisation, account);
    if (person === undefined) throw problem('person-unknown', 'Nobody has this account.');
    const made = { organisation, role, person: person.id, standing, startsOn: from, endsOn: until, at, by };
    const id = await addRoleHolder(tx, made, deps.random);
    const act = { organisation, at, actor: by, action: 'role-given', target: `role:${role}` };
    await recordAct(tx, { ...act, detail: { account: person.account, standing, from, until } });
    return id;
  });
}

export interface RoleDays {
  readonly id: string;
  readonly version?: string | undefined;
  readonly from?: string | null | undefined;
  readonly until?: string | null | undefined;
}

/** Changes the days of a role. Throws `not-found`, `conflict` and `validation`. */
export async function changeRoleDays({ db, clock }: RoleChangeDeps, caller: Caller, change: RoleDays): Promise<void> {
  const { organisation } = caller;
  await inTransaction(db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const holder = await roleHolderOf(tx, organisation, change.id);
    if (holder === undefined) throw unknownHolder();
    requireVersion(change.version, roleVersion(holder));
    const { from = holder.starts_on, until = holder.ends_on } = change;
    requireDays({ from, until });
    if (from === holder.starts_on && until === holder.ends_on) return;
    await changeRoleHolder(tx, organisation, change.id, { starts_on: from, ends_on: until });
    const act = { organisation, at: clock.now(), actor: actorOf(caller), action: 'role-changed' };
    const before = { from: holder.starts_on, until: holder.ends_on };
    const detail = { account: holder.account, from, until, before };
    await recordAct(tx, { ...act, target: `role:${holder.role}`, detail });
  });
}

/** Takes back what has not begun; a role that somebody has had ends on a day and stays on record (`conflict`). */
export async function takeRoleBack(
  { db, clock }: RoleChangeDeps,
  caller: Caller,
  { id, version }: Pick<RoleDays, 'id' | 'version'>,
): Promise<void> {
  const { organisation } = caller;
  const at = clock.now();
  await inTransaction(db, async (tx) => {
    await lockOrganisation(tx, organisation);
    const holder = await roleHolderOf(tx, organisation, id);
    if (holder === undefined) throw unknownHolder();
    requireVersion(version, roleVersion(holder));
    const { role, account, standing, starts_on: from, ends_on: until } = holder;
    if (from === null || from <= iso(at).slice(0, 10))
      throw problem('conflict', 'This role has begun: give it an end instead, so that it stays on record.');
    await removeRoleHolder(tx, organisation, id);
    const act = { organisation, at, actor: actorOf(caller), action: 'role-taken-back', target: `role:${role}` };
    await recordAct(tx, { ...act, detail: { account, standing, from, until } });
  });
}
