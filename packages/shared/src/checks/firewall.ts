import Type, { type Static } from 'typebox';
import { isKnown, type Known, KnownOf } from '../findings/verdict.ts';
import { cannotTell, type CheckInput, defineCheck, stateOfParts } from './check.ts';
import type { Part } from './combine.ts';

const Profile = Type.Object(
  {
    /** Windows has three; a system with one firewall for every network has one. */
    name: Type.String({ minLength: 1, maxLength: 80 }),
    /** Whether a network that is connected now is under this profile. */
    active: KnownOf(Type.Boolean()),
    enabled: KnownOf(Type.Boolean()),
    /** What becomes of a connection from outside for which there is no rule, while it is enabled. */
    inbound: KnownOf(Type.Enum(['block', 'allow'])),
  },
  { additionalProperties: false },
);
export type FirewallProfile = Static<typeof Profile>;

const Facts = Type.Object(
  { profiles: KnownOf(Type.Array(Profile, { maxItems: 20 })) },
  { additionalProperties: false },
);

const Require = Type.Object(
  {
    profiles: Type.Optional(Type.Enum(['all', 'active'], { description: 'all or active' })),
    inbound: Type.Optional(Type.Enum(['block', 'any'], { description: 'block or any' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, never, Static<typeof Require>>;

const part = (name: string, what: string, fact: Known<boolean>): Part => {
  if (!isKnown(fact)) return { verdict: 'unknown', reason: fact.unknown };
  return fact.known ? { verdict: 'pass' } : { verdict: 'fail', observed: { [what]: name } };
};

function partsOf({ require }: Input, profile: FirewallProfile): Part[] {
  const { name, enabled, inbound } = profile;
  const blocks: Known<boolean> = isKnown(inbound) ? { known: inbound.known === 'block' } : inbound;
  return [
    // What is switched off blocks nothing.
    ...(require.profiles === undefined && require.inbound !== 'block' ? [] : [part(name, 'disabled', enabled)]),
    ...(require.inbound === 'block' ? [part(name, 'letsIn', blocks)] : []),
  ];
}

/** Of a profile that may or may not be in use only what is good about it counts. */
function judged(input: Input, profile: FirewallProfile): Part[] {
  const parts = partsOf(input, profile);
  if (input.require.profiles !== 'active') return parts;
  const { active } = profile;
  if (isKnown(active)) return active.known ? parts : [];
  return parts.map((one) => (one.verdict === 'fail' ? { verdict: 'unknown', reason: active.unknown } : one));
}

/** Cyber Essentials' first control: a firewall on every device, which lets nothing in that was not asked for. */
export const firewall = defineCheck({
  name: 'firewall',
  facts: Facts,
  event: Type.Never(),
  require: Require,
  timed: () => [],
  evaluate(input) {
    const { profiles } = input.facts;
    if (!isKnown(profiles)) return [cannotTell(input, profiles)];
    if (profiles.known.length === 0)
      return [cannotTell(input, { unknown: 'not-understood', detail: 'no firewall was told of' })];
    return [
      stateOfParts(
        input,
        profiles.known.flatMap((profile) => judged(input, profile)),
      ),
    ];
  },
});
