import Type, { type Static } from 'typebox';
import { isKnown, type Known, KnownOf } from '../findings/verdict.ts';
import { type CheckInput, defineCheck, stateOfParts } from './check.ts';
import type { Part } from './combine.ts';

const Switch = KnownOf(Type.Enum(['on', 'off']));
const Facts = Type.Object(
  {
    /** Whether a program on a medium is started without being asked for; `absent` on systems that have no such thing. */
    autorun: KnownOf(Type.Enum(['on', 'off', 'absent'])),
    secureBoot: Switch,
  },
  { additionalProperties: false },
);
export type ConfigurationFacts = Static<typeof Facts>;

const Require = Type.Object(
  {
    autorun: Type.Optional(Type.Enum(['off'], { description: 'off' })),
    secureBoot: Type.Optional(Type.Enum(['on'], { description: 'on' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<ConfigurationFacts, never, Static<typeof Require>>;

function part(
  name: keyof ConfigurationFacts,
  fact: Known<'on' | 'off' | 'absent'>,
  wanted: 'on' | 'off' | undefined,
): Part[] {
  if (wanted === undefined) return [];
  if (!isKnown(fact)) return [{ verdict: 'unknown', reason: fact.unknown }];
  if (fact.known === 'absent') return [{ verdict: 'not-applicable', reason: 'no-such-setting' }];
  return [{ verdict: fact.known === wanted ? 'pass' : 'fail', observed: { [name]: fact.known } }];
}

/** Cyber Essentials' secure configuration, as far as a single setting says it. */
export const configuration = defineCheck({
  name: 'configuration',
  facts: Facts,
  event: Type.Never(),
  require: Require,
  timed: () => [],
  evaluate(input: Input) {
    const { facts, require } = input;
    return [
      stateOfParts(input, [
        ...part('autorun', facts.autorun, require.autorun),
        ...part('secureBoot', facts.secureBoot, require.secureBoot),
      ]),
    ];
  },
});
