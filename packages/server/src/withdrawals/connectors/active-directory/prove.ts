import type { Carried } from '../../../settings-connectors.ts';
import { type Expected, NeedsPerson, type Proof, type Reading } from '../../connector.ts';
import type { Closed, Open } from './connect.ts';
import { type Account, type Directory, type Group, type Memberships, nameOfDn } from './directory.ts';
import { byOthers, facilityGroups, isDisabled } from './find.ts';
import type { AccountBefore } from './kept.ts';

export interface ProofDeps {
  readonly open: Open;
  readonly servers: readonly string[];
  readonly now: () => number;
}
interface Seen {
  readonly where: string;
  readonly found: string;
  readonly holds: boolean;
  /** False where this controller does not show the account at all. */
  readonly isThere: boolean;
  /** The controllers that the domain has. */
  readonly controllers: readonly string[];
}

const inWords = (account: Account, groups: readonly Group[]): string => {
  const names = groups.map(({ dn }) => nameOfDn(dn)).join(', ');
  const within = names === '' ? 'in none of the groups that are looked at' : `in ${names}`;
  return `The account ${account.name} is ${isDisabled(account) ? 'disabled' : 'enabled'}, and ${within}.`;
};

/**
 * What is left although everything that was to be taken is: by way of other groups, or given since. It needs a person only
 * where the rest is done on this controller; before that it may be what has not arrived yet.
 */
function refuseRest(account: Account, before: AccountBefore, { direct }: Memberships, rest: readonly Group[]): void {
  if (before.disabled === true && !isDisabled(account))
    throw new NeedsPerson(
      `${account.name} was disabled before the withdrawal, and somebody has enabled it since: order the withdrawal again, or disable it by hand.`,
    );
  const words = rest.map((group) =>
    direct.has(group.guid)
      ? `${account.name} has been put into ${nameOfDn(group.dn)} since: take them out, or order the withdrawal again.`
      : byOthers(account.name, group),
  );
  if (words.length > 0) throw new NeedsPerson(words.join(' '));
}

function seeWithdrawn(
  account: Account,
  before: AccountBefore,
  memberships: Memberships,
  all: readonly Group[],
): boolean {
  const isOn = before.disabled === false && !isDisabled(account);
  if (isOn || before.groups.some(({ guid }) => memberships.direct.has(guid))) return false;
  const watched = [...before.groups, ...all];
  refuseRest(
    account,
    before,
    memberships,
    watched.filter(({ guid }, index) => {
      const isFirst = watched.findIndex((one) => one.guid === guid) === index;
      return isFirst && memberships.effective.has(guid);
    }),
  );
  return true;
}

async function seeRestored(
  directory: Directory,
  account: Account,
  before: AccountBefore,
  { direct }: Memberships,
): Promise<boolean> {
  if (before.disabled === false && isDisabled(account)) return false;
  for (const { guid } of before.groups)
    if (!direct.has(guid) && (await directory.group(guid)) !== undefined) return false;
  return true;
}

async function see(directory: Directory, carried: Carried, before: AccountBefore, expected: Expected): Promise<Seen> {
  const account = await directory.account(before.account.guid);
  const { where } = directory;
  const controllers = await directory.controllers();
  const name = before.account.name;
  if (account === undefined)
    return { where, found: `It shows no account ${name}.`, holds: false, isThere: false, controllers };
  const memberships = await directory.memberships(account);
  const all = await facilityGroups(directory, carried, before.groups);
  const holds =
    expected === 'withdrawn'
      ? seeWithdrawn(account, before, memberships, all)
      : await seeRestored(directory, account, before, memberships);
  const watched = new Map([...before.groups, ...all].map((group) => [group.guid, group]));
  const within = [...watched.values()].filter(({ guid }) => memberships.effective.has(guid));
  return { where, found: inWords(account, within), holds, isThere: true, controllers };
}

/** What was proven on some controllers proves nothing of one that nobody asks. */
function refuseUnasked(seen: readonly Seen[]): void {
  const asked = new Set(seen.map(({ where }) => where.toLowerCase()));
  const unasked = new Set(
    seen.flatMap(({ controllers }) => controllers).filter((one) => !asked.has(one.toLowerCase())),
  );
  if (unasked.size > 0)
    throw new NeedsPerson(
      `The domain has writable controllers that connectors.activeDirectory.servers does not name: ${[...unasked].join(', ')}. Name each of them, or take those that are no more out of the domain.`,
    );
}

/**
 * Reads each controller over a connection of its own. One that cannot be asked, or to which the change has not been
 * replicated yet, is a reading that does not hold.
 */
export async function proveAccount(
  { open, servers, now }: ProofDeps,
  carried: Carried,
  before: AccountBefore,
  expected: Expected,
  signal: AbortSignal,
): Promise<Proof> {
  const seen: Seen[] = [];
  const closed: Closed[] = [];
  const readings: Reading[] = [];
  for (const url of servers) {
    const opened = await open(url, signal, (directory) => see(directory, carried, before, expected));
    const at = now();
    if (opened.open) {
      const { where, found, holds } = opened.value;
      seen.push(opened.value);
      readings.push({ where, at, found, holds });
    } else {
      closed.push(opened);
      readings.push({ where: opened.where, at, found: `It could not be read. ${opened.why}`, holds: false });
    }
  }
  if (seen.length === 0 && closed.every(({ needsPerson }) => needsPerson))
    throw new NeedsPerson(closed.map(({ why }) => why).join(' '));
  const isGone = seen.length > 0 && seen.every(({ isThere }) => !isThere);
  if (isGone && expected === 'withdrawn')
    throw new NeedsPerson(
      `The directory no longer shows the account ${before.account.name}: see whether it was deleted, and close this by hand.`,
    );
  if (closed.length === 0) refuseUnasked(seen);
  // Whoever gave back has listed it as left: to that nothing can be added.
  return { readings: isGone && closed.length === 0 ? readings.map((one) => ({ ...one, holds: true })) : readings };
}
