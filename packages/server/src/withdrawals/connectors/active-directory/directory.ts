/** What one domain controller is asked and told; `ldap.ts` speaks to a real one. */
export interface Directory {
  /** The controller's own name for itself, such as `dc1.council.gov.uk`. */
  readonly where: string;
  /** The security identifiers of the account that asks, and of its groups. */
  readonly own: ReadonlySet<string>;
  /** Its clock, in milliseconds since the epoch; null where it did not say. */
  readonly clock: number | null;
  /** Each account whose `sAMAccountName` or user principal name it is, under the base of the settings. */
  readonly accountsNamed: (name: string) => Promise<readonly Account[]>;
  /** Wherever it is now; undefined where it is not there, or may not be read. */
  readonly account: (guid: string) => Promise<Account | undefined>;
  readonly groupAt: (dn: string) => Promise<Group | undefined>;
  readonly group: (guid: string) => Promise<Group | undefined>;
  readonly memberships: (account: Account) => Promise<Memberships>;
  /** The names of the domain's writable controllers. */
  readonly controllers: () => Promise<readonly string[]>;
  /** Compare and set: changes nothing, and says `stale`, where `userAccountControl` is not `from`. */
  readonly setControl: (account: string, from: number, to: number) => Promise<Outcome>;
  readonly addMember: (group: string, account: string) => Promise<Outcome>;
  readonly removeMember: (group: string, account: string) => Promise<Outcome>;
  /** Which of the object's attributes the account that asks may change (`allowedAttributesEffective`), in lower case. */
  readonly changeable: (guid: string) => Promise<ReadonlySet<string>>;
  /** Some accounts under the base, for looking at what may be changed of them; protected ones left out. */
  readonly someAccounts: (most: number) => Promise<readonly Account[]>;
}

/** By its `objectGUID`, which stays when an object is moved or renamed. */
export interface Group {
  readonly guid: string;
  readonly dn: string;
}

export interface Account extends Group {
  /** `sAMAccountName`. */
  readonly name: string;
  readonly sid: string;
  /** `userAccountControl`. */
  readonly control: number;
  /** The security identifier of its primary group, of which `member` says nothing. */
  readonly primaryGroup: string;
  /** `adminCount` is 1: its rights are kept by the directory itself (AdminSDHolder). */
  readonly isProtected: boolean;
}

export interface Memberships {
  /** The `objectGUID` of each group whose `member` it is. */
  readonly direct: ReadonlySet<string>;
  /** Those, its primary group, and every group that it is in by way of others. */
  readonly effective: ReadonlySet<string>;
  /** The names of the groups among them that the directory protects. */
  readonly protectedBy: readonly string[];
}

/**
 * `stale`: what was to be taken away is not there (LDAP 16). `there`: what was to be added is (20, 68). `unwilling`: the
 * directory's own rules forbid it, or a member that is none was to be removed (19, 53). `gone`: one of the objects (32).
 * `forbidden`: the account may not (50).
 */
export type Outcome = 'done' | 'stale' | 'there' | 'unwilling' | 'gone' | 'forbidden';

/** The first part of a distinguished name, for people: `VPN Users` of `CN=VPN Users,OU=Groups,DC=council`. */
export function nameOfDn(dn: string): string {
  const [, first = dn] = /^[^=]+=((?:\\.|[^,\\])*)/.exec(dn) ?? [];
  return first.replaceAll(/\\(.)/g, '$1');
}
