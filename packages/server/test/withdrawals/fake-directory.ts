import type { Open } from '../../src/withdrawals/connectors/active-directory/connect.ts';
import type {
  Account,
  Directory,
  Group,
  Memberships,
  Outcome,
} from '../../src/withdrawals/connectors/active-directory/directory.ts';
import { nameOfDn } from '../../src/withdrawals/connectors/active-directory/directory.ts';

export const DISABLED = 2;
export const guid = (number: number): string => `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
const sid = (one: string): string => `S-1-5-21-1-2-3-${Number(one.slice(-12))}`;

export interface FakeAccount {
  name: string;
  dn: string;
  control: number;
  primary: string;
  isProtected: boolean;
}
export interface FakeGroup {
  dn: string;
  /** Ids of accounts and of groups. */
  readonly members: Set<string>;
  isProtected: boolean;
}

/** The objects of one controller, by their ids. */
export interface FakeWorld {
  readonly accounts: Map<string, FakeAccount>;
  readonly groups: Map<string, FakeGroup>;
}

export const emptyWorld = (): FakeWorld => ({ accounts: new Map(), groups: new Map() });
export const cloneOf = (world: FakeWorld): FakeWorld => structuredClone(world);

export interface FakeOptions {
  readonly where?: string;
  readonly controllers?: readonly string[];
  readonly own?: readonly string[];
  readonly clock?: number | null;
  /** Called before each change, with its name; may change the world, throw, or give the answer itself. */
  readonly before?: (call: 'setControl' | 'addMember' | 'removeMember') => Outcome | undefined;
  /** Called after each change that was made: may throw, as when the answer is lost. */
  readonly after?: () => void;
  readonly changeable?: (guid: string) => readonly string[];
}

function effectiveOf(world: FakeWorld, start: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (one: string): void => {
    for (const [id, { members }] of world.groups)
      if (members.has(one) && !found.has(id)) {
        found.add(id);
        visit(id);
      }
  };
  for (const one of start) visit(one);
  return found;
}

/** Answers as Samba 4.17 and Active Directory do, as far as the connector asks. */
export function fakeDirectory(world: FakeWorld, options: FakeOptions = {}): Directory {
  const { where = 'dc1.test', controllers = [where], own = [], clock = 0, changeable = () => [] } = options;
  const group = async (id: string): Promise<Group | undefined> => {
    const found = world.groups.get(id);
    return found && { guid: id, dn: found.dn };
  };
  const accountOf = (id: string, { name, dn, control, primary, isProtected }: FakeAccount): Account => ({
    guid: id,
    sid: sid(id),
    name,
    dn,
    control,
    primaryGroup: sid(primary),
    isProtected,
  });
  const changed = async (call: 'setControl' | 'addMember' | 'removeMember', make: () => Outcome): Promise<Outcome> => {
    const answer = options.before?.(call);
    if (answer !== undefined) return answer;
    const outcome = make();
    if (outcome === 'done') options.after?.();
    return outcome;
  };
  return {
    where,
    own: new Set(own.map(sid)),
    clock,
    group,
    accountsNamed: async (name) =>
      [...world.accounts].filter(([, one]) => one.name === name).map(([id, one]) => accountOf(id, one)),
    account: async (id) => {
      const found = world.accounts.get(id);
      return found && accountOf(id, found);
    },
    groupAt: async (dn) => {
      const found = [...world.groups].find(([, one]) => one.dn.toLowerCase() === dn.toLowerCase());
      return found && { guid: found[0], dn: found[1].dn };
    },
    async memberships(account): Promise<Memberships> {
      const direct = new Set(
        [...world.groups].filter(([, { members }]) => members.has(account.guid)).map(([id]) => id),
      );
      const primary = [...world.groups.keys()].filter((id) => sid(id) === account.primaryGroup);
      const effective = new Set([...effectiveOf(world, [account.guid, ...primary]), ...primary]);
      const protectedBy = [...effective].flatMap((id) => {
        const found = world.groups.get(id);
        return found?.isProtected === true ? [nameOfDn(found.dn)] : [];
      });
      return { direct, effective, protectedBy };
    },
    controllers: async () => controllers,
    setControl: (id, from, to) =>
      changed('setControl', () => {
        const account = world.accounts.get(id);
        if (account === undefined) return 'gone';
        if (account.control !== from) return 'stale';
        account.control = to;
        return 'done';
      }),
    addMember: (id, account) =>
      changed('addMember', () => {
        const found = world.groups.get(id);
        if (found === undefined || !world.accounts.has(account)) return 'gone';
        if (found.members.has(account)) return 'there';
        found.members.add(account);
        return 'done';
      }),
    removeMember: (id, account) =>
      changed('removeMember', () => {
        const found = world.groups.get(id);
        if (found === undefined || !world.accounts.has(account)) return 'gone';
        return found.members.delete(account) ? 'done' : 'unwilling';
      }),
    changeable: async (id) => new Set(changeable(id)),
    someAccounts: async (most) =>
      [...world.accounts]
        .map(([id, one]) => accountOf(id, one))
        .filter((one) => !one.isProtected)
        .slice(0, most),
  };
}

/** Controllers by their addresses; one that is not here does not answer. */
export const fakeOpen =
  (controllers: ReadonlyMap<string, Directory>): Open =>
  async (url, _signal, work) => {
    const directory = controllers.get(url);
    const { host } = new URL(url);
    if (directory === undefined)
      return { open: false, where: host, why: `${host} did not answer in time.`, needsPerson: false };
    return { open: true, value: await work(directory) };
  };
