import { DISABLED } from '../../../registers/directory/connection.ts';
import { type Carried, plainDn } from '../../../settings-connectors.ts';
import { type Found, NeedsPerson, type Subject } from '../../connector.ts';
import { type Account, type Directory, type Group, type Memberships, nameOfDn } from './directory.ts';
import type { AccountBefore } from './kept.ts';

export const isDisabled = ({ control }: Pick<Account, 'control'>): boolean => (control & DISABLED) !== 0;

async function theAccount(directory: Directory, { account: name }: Subject): Promise<Account> {
  if (name === null)
    throw new NeedsPerson('The register of people has no account for this person: enter it there, or act by hand.');
  const [found, ...more] = await directory.accountsNamed(name);
  if (found === undefined)
    throw new NeedsPerson(
      `${directory.where} has no account ${name} under the base of the settings: put the register of people right, or act by hand.`,
    );
  if (more.length > 0)
    throw new NeedsPerson(
      `${directory.where} has more than one account ${name}: put its sAMAccountName, without @, into the register of people.`,
    );
  return found;
}

/** Beadle takes no administrator's access away, and not its own: whoever commands it could lock ICT out. */
export function refuseProtected(directory: Directory, account: Account, { protectedBy }: Memberships): void {
  if (directory.own.has(account.sid))
    throw new NeedsPerson(`${account.name} is the account by which Beadle works in the directory: act by hand.`);
  if (!account.isProtected && protectedBy.length === 0) return;
  const why = protectedBy.length > 0 ? `is in ${protectedBy.join(', ')}` : 'was in a protected group (adminCount is 1)';
  throw new NeedsPerson(
    `${account.name} ${why}, which the directory protects: have a domain administrator withdraw the access by hand.`,
  );
}

/** The groups of the settings, as they are; those that `known` has by their id are not missed. */
export async function facilityGroups(
  directory: Directory,
  { groups }: Carried,
  known: readonly Group[] = [],
): Promise<readonly Group[]> {
  const found: Group[] = [];
  for (const dn of groups) {
    const group = await directory.groupAt(dn);
    if (group !== undefined) found.push(group);
    else if (!known.some((one) => plainDn(one.dn) === plainDn(dn)))
      throw new NeedsPerson(
        `${directory.where} has no group ${dn}: put connectors.activeDirectory.facilities of the settings right.`,
      );
  }
  return found;
}

export const byOthers = (account: string, group: Group): string =>
  `${account} is in ${nameOfDn(group.dn)} by way of another group, or has it as the primary group: take them out of that by hand.`;

export async function findAccount(directory: Directory, subject: Subject, carried: Carried): Promise<Found> {
  const account = await theAccount(directory, subject);
  const memberships = await directory.memberships(account);
  refuseProtected(directory, account, memberships);
  const all = await facilityGroups(directory, carried);
  const groups = all.filter(({ guid }) => memberships.direct.has(guid));
  const other = all.filter(({ guid }) => !memberships.direct.has(guid) && memberships.effective.has(guid));
  const { guid, name, dn } = account;
  const disabled = carried.disableAccount ? isDisabled(account) : null;
  const before: AccountBefore = { account: { guid, name, dn }, disabled, groups };
  return {
    before: { ...before },
    changes: [
      ...(disabled === false ? [`Disable the account ${name}`] : []),
      ...groups.map((group) => `Take ${name} out of the group ${nameOfDn(group.dn)}`),
    ],
    warnings: other.map((group) => byOthers(name, group)),
  };
}
