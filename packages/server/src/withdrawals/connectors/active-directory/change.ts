import { DISABLED } from '../../../registers/directory/connection.ts';
import { NeedsPerson, type Restored } from '../../connector.ts';
import { type Account, type Directory, type Group, nameOfDn } from './directory.ts';
import { isDisabled, refuseProtected } from './find.ts';
import type { AccountBefore } from './kept.ts';

/** Of reading and setting again, where others change the account at the same moment. */
const MOST_TRIES = 8;

const gone = ({ account }: AccountBefore): string =>
  `The account ${account.name} is no longer to be found: it was deleted, or moved to where Beadle may not read.`;

const forbidden = (what: string): string =>
  `Beadle's account may not ${what}: give it that right, as docs/connectors.md says.`;

/** Sets or takes back ADS_UF_ACCOUNTDISABLE alone; every other bit stays as whoever set it last has left it. */
async function setDisabled(
  directory: Directory,
  guid: string,
  wanted: boolean,
): Promise<'done' | 'unwilling' | 'gone'> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const account = await directory.account(guid);
    if (account === undefined) return 'gone';
    if (isDisabled(account) === wanted) return 'done';
    const outcome = await directory.setControl(guid, account.control, account.control ^ DISABLED);
    if (outcome === 'done' || outcome === 'gone' || outcome === 'unwilling') return outcome;
    if (outcome === 'forbidden')
      throw new NeedsPerson(forbidden(`write userAccountControl of ${account.name} in ${account.dn}`));
  }
  throw new Error(`${directory.where}: the account was changed by others at every attempt.`);
}

async function takeOut(directory: Directory, account: Account, group: Group): Promise<void> {
  const outcome = await directory.removeMember(group.guid, account.guid);
  const name = nameOfDn(group.dn);
  if (outcome === 'forbidden') throw new NeedsPerson(forbidden(`write member of the group ${name}`));
  if (outcome === 'done' || outcome === 'gone') return;
  // Removing who is no member is refused too; so it is the membership that counts.
  const { direct } = await directory.memberships(account);
  if (direct.has(group.guid))
    throw new NeedsPerson(`${directory.where} does not let ${account.name} be taken out of ${name}: do it by hand.`);
}

/** Every part is tried, so that what one may not do keeps nothing else from being withdrawn. */
export async function withdrawAccount(directory: Directory, before: AccountBefore): Promise<void> {
  const account = await directory.account(before.account.guid);
  if (account === undefined) throw new NeedsPerson(`${gone(before)} See that it gives no access any more.`);
  const memberships = await directory.memberships(account);
  refuseProtected(directory, account, memberships);
  const missed: NeedsPerson[] = [];
  const attempt = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof NeedsPerson)) throw error;
      missed.push(error);
    });
  if (before.disabled === false) await attempt(disable(directory, account));
  for (const group of before.groups)
    if (memberships.direct.has(group.guid)) await attempt(takeOut(directory, account, group));
  if (missed.length > 0) throw new NeedsPerson(missed.map(({ message }) => message).join(' '));
}

async function disable(directory: Directory, { guid, name }: Account): Promise<void> {
  if ((await setDisabled(directory, guid, true)) !== 'done')
    throw new NeedsPerson(`${directory.where} does not let ${name} be disabled: do it by hand.`);
}

type Given = { readonly left: string } | { readonly missed: string } | undefined;

async function putBack(directory: Directory, { account }: AccountBefore, group: Group): Promise<Given> {
  const name = nameOfDn(group.dn);
  const outcome = await directory.addMember(group.guid, account.guid);
  if (outcome === 'forbidden') return { missed: forbidden(`write member of the group ${name}`) };
  if (outcome === 'gone') return { left: `The group ${name} is no longer to be found: ${account.name} is not in it.` };
  if (outcome === 'unwilling')
    return { missed: `${directory.where} does not take ${account.name} into the group ${name}: put them in by hand.` };
  return undefined;
}

async function enable(directory: Directory, { account }: AccountBefore): Promise<Given> {
  const outcome = await setDisabled(directory, account.guid, false).catch((error: unknown) => {
    if (error instanceof NeedsPerson) return error;
    throw error;
  });
  if (outcome instanceof NeedsPerson) return { missed: outcome.message };
  if (outcome === 'done') return undefined;
  if (outcome === 'gone') return undefined;
  return { missed: `${directory.where} does not let ${account.name} be enabled again: it may need a new password.` };
}

/** What `before` says, and no more: who was disabled stays so, and a group that was made anew under a name is another one. */
export async function restoreAccount(directory: Directory, before: AccountBefore): Promise<Restored> {
  const nothing = { left: [`${gone(before)} Nothing could be given back.`] };
  const account = await directory.account(before.account.guid);
  if (account === undefined) return nothing;
  const { direct } = await directory.memberships(account);
  const given: Given[] = [];
  // What was never taken away, for want of a right, is not asked for either.
  for (const group of before.groups) if (!direct.has(group.guid)) given.push(await putBack(directory, before, group));
  if (before.disabled === false) given.push(await enable(directory, before));
  const missed = given.flatMap((one) => (one !== undefined && 'missed' in one ? [one.missed] : []));
  if (missed.length > 0) throw new NeedsPerson(missed.join(' '));
  if ((await directory.account(before.account.guid)) === undefined) return nothing;
  return { left: given.flatMap((one) => (one !== undefined && 'left' in one ? [one.left] : [])) };
}
