import { Attribute, Change, type Client, type Entry, Filter, ResultCodeError } from 'ldapts';
import { CONTROL, IN_CHAIN, sameDn, textOf } from '../../../registers/directory/connection.ts';
import { PEOPLE } from '../../../settings-directory.ts';
import type { Account, Directory, Memberships, Outcome } from './directory.ts';
import { nameOfDn } from './directory.ts';
import { sidText } from './identifiers.ts';
import {
  ACCOUNT_ATTRIBUTES,
  accountOf,
  BINARY,
  buffersOf,
  GROUP_ATTRIBUTES,
  groupOf,
  isProtected,
  timeOf,
} from './ldap-entries.ts';

/** Of a controller that keeps no changes of its own (MS-ADTS 3.1.1.3.4.3, LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID). */
const READ_ONLY = '1.2.840.113556.1.4.1920';
/** Bit ADS_UF_SERVER_TRUST_ACCOUNT: the account of a writable controller. */
const CONTROLLER = '(&(objectCategory=computer)(userAccountControl:1.2.840.113556.1.4.803:=8192))';
const NO_SUCH_OBJECT = 32;

/** RFC 4511, 4.1.9. */
const OUTCOMES: Readonly<Record<number, Outcome>> = {
  16: 'stale',
  19: 'unwilling',
  20: 'there',
  [NO_SUCH_OBJECT]: 'gone',
  50: 'forbidden',
  53: 'unwilling',
  68: 'there',
};

/** An object by its id, wherever it is (MS-ADTS 3.1.1.3.1.2.4). */
const at = (guid: string): string => `<GUID=${guid}>`;
const pair = (operation: 'add' | 'delete', type: string, value: string): Change =>
  new Change({ operation, modification: new Attribute({ type, values: [value] }) });

export interface Root {
  readonly entry: Entry;
  /** Of the domain: `DC=council,DC=gov,DC=uk`. */
  readonly domain: string;
  readonly where: string;
  readonly isReadOnly: boolean;
}

type Scope = 'base' | 'sub';
type Search = (base: string, scope: Scope, filter: string, attributes: readonly string[]) => Promise<readonly Entry[]>;

/** Where there is nothing at the base, nothing is found. A connection that was made anew would ask as nobody. */
function searchOf(client: Client): Search {
  return async (base, scope, filter, attributes) => {
    try {
      const paged = scope === 'sub' ? { paged: { pageSize: 500 } } : {};
      const options = { scope, filter, attributes: [...attributes], explicitBufferAttributes: BINARY, ...paged };
      const { searchEntries } = await client.search(base, options);
      if (!client.isBound) throw new Error('The connection to the directory was cut while it was read.');
      return searchEntries;
    } catch (error) {
      if (scope === 'base' && error instanceof ResultCodeError && error.code === NO_SUCH_OBJECT) return [];
      throw error;
    }
  };
}

async function modified(client: Client, dn: string, ...changes: readonly Change[]): Promise<Outcome> {
  try {
    await client.modify(dn, [...changes]);
    return 'done';
  } catch (error) {
    const outcome = error instanceof ResultCodeError ? OUTCOMES[error.code] : undefined;
    if (outcome === undefined) throw error;
    return outcome;
  }
}

const valuesOf = (entry: Entry | undefined, attribute: string): string[] => {
  const value = entry?.[attribute];
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
};

export async function readRoot(client: Client): Promise<Root> {
  const asked = ['defaultNamingContext', 'dnsHostName', 'tokenGroups', 'currentTime', 'supportedCapabilities'];
  const [entry] = await searchOf(client)('', 'base', '(objectClass=*)', asked);
  const domain = entry && textOf(entry, 'defaultNamingContext');
  const where = entry && textOf(entry, 'dnsHostName');
  if (entry === undefined || domain === undefined || where === undefined)
    throw new Error('This is no domain controller: it does not say its domain and its name.');
  return { entry, domain, where, isReadOnly: valuesOf(entry, 'supportedCapabilities').includes(READ_ONLY) };
}

/** `member` and `memberOf` say nothing of the primary group, by which one may be in others too. */
async function readMemberships(search: Search, domain: string, account: Account): Promise<Memberships> {
  const groups = (filter: string) =>
    search(domain, 'sub', `(&(objectClass=group)${filter})`, [...GROUP_ATTRIBUTES, 'adminCount']);
  const chained = (dn: string) => groups(`(member:${IN_CHAIN}:=${Filter.escape(dn)})`);
  const direct = await groups(`(member=${Filter.escape(account.dn)})`);
  const primary = await groups(`(objectSid=${Filter.escape(account.primaryGroup)})`);
  const byPrimary = await Promise.all(primary.map(({ dn }) => chained(dn)));
  const all = [...direct, ...(await chained(account.dn)), ...primary, ...byPrimary.flat()];
  return {
    direct: new Set(direct.map((entry) => groupOf(entry).guid)),
    effective: new Set(all.map((entry) => groupOf(entry).guid)),
    protectedBy: [...new Set(all.filter(isProtected).map(({ dn }) => nameOfDn(dn)))],
  };
}

type Reads = Pick<Directory, 'account' | 'group' | 'groupAt' | 'accountsNamed' | 'someAccounts' | 'changeable'>;
type Writes = Pick<Directory, 'setControl' | 'addMember' | 'removeMember'>;

function objectsOf(search: Search, base: string): Reads {
  const one = async (dn: string, filter: string, attributes: readonly string[]) =>
    (await search(dn, 'base', filter, attributes))[0];
  const groupAt = async (dn: string) => {
    const found = await one(dn, '(objectClass=group)', GROUP_ATTRIBUTES);
    return found && groupOf(found);
  };
  const people = async (filter: string) => (await search(base, 'sub', filter, ACCOUNT_ATTRIBUTES)).map(accountOf);
  return {
    groupAt,
    group: (guid) => groupAt(at(guid)),
    async account(guid) {
      const found = await one(at(guid), PEOPLE, ACCOUNT_ATTRIBUTES);
      return found && accountOf(found);
    },
    accountsNamed(name) {
      const text = Filter.escape(name);
      return people(`(&${PEOPLE}(|(sAMAccountName=${text})(userPrincipalName=${text})))`);
    },
    async someAccounts(most) {
      const found = await people(PEOPLE);
      return found.filter((each) => !each.isProtected).slice(0, most);
    },
    async changeable(guid) {
      const found = await one(at(guid), '(objectClass=*)', ['allowedAttributesEffective']);
      return new Set(valuesOf(found, 'allowedAttributesEffective').map((name) => name.toLowerCase()));
    },
  };
}

const writesOf = (client: Client): Writes => ({
  setControl: (guid, from, to) =>
    modified(client, at(guid), pair('delete', CONTROL, String(from)), pair('add', CONTROL, String(to))),
  addMember: (group, member) => modified(client, at(group), pair('add', 'member', at(member))),
  removeMember: (group, member) => modified(client, at(group), pair('delete', 'member', at(member))),
});

/** One bound connection as the connector uses it. */
export function ldapDirectory(client: Client, { entry, domain, where }: Root, base: string): Directory {
  const search = searchOf(client);
  const objects = objectsOf(search, base);
  return {
    ...objects,
    ...writesOf(client),
    where,
    own: new Set(buffersOf(entry, 'tokenGroups').flatMap((bytes) => sidText(bytes) ?? [])),
    clock: timeOf(textOf(entry, 'currentTime')),
    async memberships(account) {
      const found = await readMemberships(search, domain, account);
      const now = await objects.account(account.guid);
      if (now === undefined || sameDn(now.dn) !== sameDn(account.dn))
        throw new Error(`${account.name} was moved or renamed while its groups were read.`);
      return found;
    },
    async controllers() {
      const found = await search(domain, 'sub', CONTROLLER, ['dNSHostName']);
      return found.map((computer) => textOf(computer, 'dNSHostName') ?? nameOfDn(computer.dn));
    },
  };
}
