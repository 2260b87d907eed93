import Type, { type Static } from 'typebox';
import { IsoTime, type Judgement, Subject } from '../findings/finding.ts';
import { isKnown, KnownOf } from '../findings/verdict.ts';
import { matchesAny } from '../patterns.ts';
import { iso } from '../ports.ts';
import { type CheckInput, defineCheck, state, stateOfParts } from './check.ts';
import type { Part } from './combine.ts';

const Account = Type.Object(
  {
    /** As the system shows it, such as `LAPTOP-1\dave`; the subject. */
    name: Subject,
    /** Whatever else a policy may call it by: without its domain, its SID, a well-known English name. */
    aliases: Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: 8 }),
  },
  { additionalProperties: false },
);
export type Account = Static<typeof Account>;

const NewAccount = Type.Object({ at: IsoTime, account: Account }, { additionalProperties: false });
export type NewAccount = Static<typeof NewAccount>;

const Accounts = KnownOf(Type.Array(Account, { maxItems: 1000 }));
const Facts = Type.Object(
  {
    administrators: Accounts,
    /** Whether a guest may sign in. */
    guest: KnownOf(Type.Enum(['on', 'off'])),
    /** Every account that was made on the device itself, by which a new one is noticed. */
    local: Accounts,
  },
  { additionalProperties: false },
);

const Require = Type.Object(
  {
    localAdministrators: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { description: 'a list of accounts' }),
    ),
    guest: Type.Optional(Type.Enum(['off'], { description: 'off' })),
    newLocalAccounts: Type.Optional(Type.Enum(['deny'], { description: 'deny' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, NewAccount, Static<typeof Require>>;

const isAllowed = (allowed: readonly string[], { name, aliases }: Account): boolean =>
  [name, ...aliases].some((called) => matchesAny(allowed, called));

const conditionOf = (account: Account) => `local/${account.name}`;

/** Each account that should not be an administrator; those that may be are not named. */
function intruders(input: Input): Judgement[] {
  const { administrators } = input.facts;
  const allowed = input.require.localAdministrators;
  if (allowed === undefined || !isKnown(administrators)) return [];
  return administrators.known
    .filter((account) => !isAllowed(allowed, account))
    .map(({ name }) => state(input, 'fail', { subject: name, observed: { administrator: true } }));
}

function administratorsPart({ facts: { administrators }, require }: Input): Part[] {
  if (require.localAdministrators === undefined) return [];
  if (!isKnown(administrators)) return [{ verdict: 'unknown', reason: administrators.unknown }];
  return [{ verdict: 'pass', observed: { administrators: administrators.known.length } }];
}

function guestPart({ facts: { guest }, require }: Input): Part[] {
  if (require.guest === undefined) return [];
  if (!isKnown(guest)) return [{ verdict: 'unknown', reason: guest.unknown }];
  return [{ verdict: guest.known === 'off' ? 'pass' : 'fail', observed: { guest: guest.known } }];
}

/** The state says only that accounts can be seen; that one is new is an event. */
const newPart = ({ facts: { local }, require }: Input): Part[] =>
  require.newLocalAccounts === undefined
    ? []
    : [isKnown(local) ? { verdict: 'pass' } : { verdict: 'unknown', reason: local.unknown }];

const judgeNew = (input: Input, { at, account }: NewAccount): Judgement => ({
  subject: account.name,
  kind: 'event',
  at: Date.parse(at),
  verdict: input.require.newLocalAccounts === 'deny' ? 'fail' : 'pass',
  severity: input.severity,
  observed: { newAccount: true },
});

/** Clause 5.4, and Cyber Essentials' user access control: nobody has more rights on a device than was meant. */
export const accounts = defineCheck({
  name: 'accounts',
  facts: Facts,
  event: NewAccount,
  require: Require,
  timed: ({ local }) => (isKnown(local) ? local.known.map(conditionOf) : []),
  // What was there at the first look is not new: a device without any account is not looked at by anyone.
  appeared: ({ local }, isNew, now) => {
    if (!isKnown(local) || local.known.every((account) => isNew(conditionOf(account)))) return [];
    return local.known.filter((account) => isNew(conditionOf(account))).map((account) => ({ at: iso(now), account }));
  },
  identify: ({ at, account }) => ({ key: account.name, subject: account.name, at: Date.parse(at) }),
  evaluate(input) {
    const failing = intruders(input);
    const about = [...guestPart(input), ...newPart(input)];
    const parts = failing.length > 0 ? about : [...administratorsPart(input), ...about];
    const events = input.require.newLocalAccounts === undefined ? [] : input.events;
    const device = parts.length > 0 || failing.length === 0 ? [stateOfParts(input, parts)] : [];
    return [...device, ...failing, ...events.map((event) => judgeNew(input, event))];
  },
});
