import { iso } from '@beadle/shared';
import type { Caller } from '../access.ts';
import { visibleTo } from '../concealed.ts';
import type { Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { readOrganisation } from '../organisation/store.ts';
import { isWithin, rolesOf } from '../people/roles.ts';
import type { Person } from '../people/store.ts';
import type { HeldNow } from './held-now.ts';
import { holdsInForce } from './holds.ts';
import { mentionsOf } from './export-rows.ts';
import { rowsNaming } from './named-in.ts';
import { isNamed, type Names } from './names.ts';
import { NAMING } from './naming-columns.ts';

const SHOWN = 5;
const MOST = 1000;

export interface ToErase {
  readonly person: Person;
  readonly names: Names;
  /** Ids of the devices that they hold. */
  readonly devices: readonly string[];
  readonly held: HeldNow;
  readonly now: number;
}

const listed = (texts: readonly string[]): string =>
  texts.length <= SHOWN ? texts.join(', ') : `${texts.slice(0, SHOWN).join(', ')} and ${texts.length - SHOWN} more`;

/** Ids of the breaches on their devices, and of those that name them. */
export async function breachesOf(tx: Tx, { person, names, devices }: ToErase): Promise<string[]> {
  const { organisation } = person;
  const on =
    devices.length === 0
      ? []
      : await tx
          .selectFrom('breaches')
          .select('id')
          .where('organisation', '=', organisation)
          .where('device', 'in', [...devices])
          .execute();
  const mentions = mentionsOf(names);
  const naming: string[] = [];
  for (const table of NAMING.filter((one) => one.table === 'breaches' || one.table === 'breach_actions')) {
    const columns = [...table.exact, ...table.within];
    for (const row of await rowsNaming(tx, table, { organisation, names, limit: MOST }))
      if (columns.some((column) => typeof row[column] === 'string' && mentions(row[column])))
        naming.push(String(row['breach'] ?? row['id']));
  }
  return [...new Set([...on.map(({ id }) => id), ...naming])];
}

async function refuseHeld(tx: Tx, { person, devices, held, now }: ToErase, breaches: readonly string[]): Promise<void> {
  const { organisation, account } = person;
  const isHeld =
    held.people.includes(account) ||
    devices.some((id) => held.devices.includes(id)) ||
    breaches.some((id) => held.breaches.includes(id));
  if (!isHeld) return;
  const own = new Set([account, ...devices, ...breaches]);
  const refs = (await holdsInForce(tx, organisation, now))
    .filter(({ target }) => own.has(target))
    .map(({ ref }) => ref);
  const which = refs.length === 0 ? 'A legal hold' : `Legal hold ${listed(refs)}`;
  throw problem('conflict', `${which} keeps what is to be erased. End it first, or wait until it has ended.`);
}

/** Of one that is kept from the caller no more is said than that something keeps the person. */
async function refuseOpen(tx: Tx, caller: Caller, { person }: ToErase, breaches: readonly string[]): Promise<void> {
  if (breaches.length === 0) return;
  const open = await tx
    .selectFrom('breaches')
    .select(['ref', (eb) => eb.case().when(visibleTo(caller)).then(1).else(0).end().as('visible')])
    .where('organisation', '=', person.organisation)
    .where('id', 'in', [...breaches])
    .where('ended_at', 'is', null)
    .orderBy('ref')
    .execute();
  if (open.length === 0) return;
  const refs = open.filter(({ visible }) => visible === 1).map(({ ref }) => ref);
  const what = refs.length === 0 ? 'Something that is not decided' : `Breach ${listed(refs)}, which is open,`;
  throw problem('conflict', `${what} concerns this person. They can be erased when it has ended.`);
}

async function refuseRoles(tx: Tx, { person, now }: ToErase): Promise<void> {
  const today = iso(now).slice(0, 10);
  const roles = (await rolesOf(tx, person.organisation, person.id))
    .filter(({ starts_on: from, ends_on: until }) => isWithin(today, from, until))
    .map(({ role }) => role);
  if (roles.length > 0)
    throw problem('conflict', `This person has the role ${listed(roles)}. Give it to somebody else first.`);
}

/** What was withdrawn is given back to who was there: by then nobody would know any more who that is. */
async function refuseWithdrawn(tx: Tx, { person }: ToErase): Promise<void> {
  const rows = await tx
    .selectFrom('withdrawal_steps as step')
    .innerJoin('withdrawals as whole', (join) =>
      join.onRef('whole.organisation', '=', 'step.organisation').onRef('whole.id', '=', 'step.withdrawal'),
    )
    .select('whole.ref')
    .distinct()
    .where('step.organisation', '=', person.organisation)
    .where('step.person', '=', person.id)
    .where('step.target', 'is not', null)
    .where('step.status', 'not in', ['restored', 'handed-over'])
    .orderBy('whole.ref')
    .execute();
  if (rows.length === 0) return;
  const refs = listed(rows.map(({ ref }) => ref));
  throw problem('conflict', `Access is withdrawn from this person (${refs}). Give it back first.`);
}

/** Whom the settings name as a recipient is told for a role, whatever the register says. */
async function refuseRecipient(tx: Tx, { person, names }: ToErase): Promise<void> {
  const { settings } = await readOrganisation(tx, person.organisation);
  if (mentionsOf(names)(JSON.stringify([settings.recipients, settings.dataProtectionContact ?? null])))
    throw problem('conflict', 'The settings name this person as somebody to be told. Put somebody else there first.');
}

/** Not by its reference: who erases people need not be who reads it. */
async function refuseUnanswered(tx: Tx, { person, names }: ToErase): Promise<void> {
  const rows = await tx
    .selectFrom('rights_requests')
    .select(['asked_by', 'account'])
    .where('organisation', '=', person.organisation)
    .where('answered_at', 'is', null)
    .execute();
  if (rows.some(({ asked_by: by, account }) => isNamed(names, by) || account === person.account))
    throw problem('conflict', 'The Data Protection Officer has something of this person to answer. Answer it first.');
}

/** Throws `conflict` with what keeps a person from being erased; else gives the breaches that concern them. */
export async function refuseErasure(tx: Tx, caller: Caller, erased: ToErase): Promise<readonly string[]> {
  const breaches = await breachesOf(tx, erased);
  await refuseHeld(tx, erased, breaches);
  await refuseOpen(tx, caller, erased, breaches);
  await refuseUnanswered(tx, erased);
  await refuseRoles(tx, erased);
  await refuseWithdrawn(tx, erased);
  await refuseRecipient(tx, erased);
  return breaches;
}
