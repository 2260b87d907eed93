import type { CallerRole } from '../../access.ts';
import type { OidcSettings } from '../../settings-oidc.ts';
import { NAME } from '../accounts.ts';

/** Why somebody whom the provider knows may not sign in here. */
export type Refusal = 'no-name' | 'no-role' | 'groups-not-told' | 'not-in-service' | 'name-taken';

export interface Told {
  /** The name of the account at the provider. */
  readonly account: string;
  readonly role: CallerRole;
  readonly groups: readonly string[];
}

export interface Refused {
  readonly refusal: Refusal;
  /** Null where it is not told, or is no name. */
  readonly account: string | null;
}

type Claims = Readonly<Record<string, unknown>>;
type Wanted = Pick<OidcSettings, 'nameClaim' | 'groupsClaim' | 'roles' | 'otherwise'>;

const ONE_LINE = new RegExp(NAME.pattern);

function accountIn(claims: Claims, claim: string): string | undefined {
  const text = claims[claim];
  if (typeof text !== 'string') return undefined;
  return text.length <= NAME.maxLength && ONE_LINE.test(text) ? text : undefined;
}

/**
 * The groups in the claims; undefined where there are some that are not told. Microsoft leaves the groups of who is in more
 * than 200 out and names where they could be asked for, in `_claim_names` or `hasgroups`
 * (learn.microsoft.com/entra/identity-platform/access-token-claims-reference, "Groups overage claim").
 */
function groupsIn(claims: Claims, claim: string): readonly string[] | undefined {
  const elsewhere = claims['_claim_names'];
  const isElsewhere = typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, claim);
  if (isElsewhere || claims['hasgroups'] !== undefined) return undefined;
  const groups = claims[claim] ?? [];
  if (typeof groups === 'string') return [groups];
  return Array.isArray(groups) && groups.every((group) => typeof group === 'string') ? groups : undefined;
}

/** Who somebody is and what they may do, by what the provider has signed. Groups that are not told never count as none. */
export function readClaims(claims: Claims, wanted: Wanted): Told | Refused {
  const account = accountIn(claims, wanted.nameClaim);
  if (account === undefined) return { refusal: 'no-name', account: null };
  const groups = groupsIn(claims, wanted.groupsClaim);
  if (groups === undefined) return { refusal: 'groups-not-told', account };
  const role = wanted.roles.find(([group]) => groups.includes(group))?.[1] ?? wanted.otherwise;
  return role === null ? { refusal: 'no-role', account } : { account, role, groups };
}
