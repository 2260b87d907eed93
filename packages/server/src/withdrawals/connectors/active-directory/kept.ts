import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type Kept, NeedsPerson } from '../../connector.ts';

const closed = { additionalProperties: false } as const;
const Guid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/** What was there: objects by their `objectGUID`, for they may be moved and renamed meanwhile, with their names for people. */
export const AccountBefore = Type.Object(
  {
    account: Type.Object({ guid: Guid, name: Type.String(), dn: Type.String() }, closed),
    /** ADS_UF_ACCOUNTDISABLE alone, no other bit; null where the facility leaves the account enabled. */
    disabled: Type.Union([Type.Boolean(), Type.Null()]),
    /** The groups of the facility whose member the account itself was. */
    groups: Type.Array(Type.Object({ guid: Guid, dn: Type.String() }, closed)),
  },
  closed,
);
export type AccountBefore = Static<typeof AccountBefore>;

export function beforeOf(kept: Kept): AccountBefore {
  if (Value.Check(AccountBefore, kept)) return kept;
  throw new NeedsPerson(
    'What was kept of the account cannot be read. Look at the account in the directory, and put it right there by hand.',
  );
}
