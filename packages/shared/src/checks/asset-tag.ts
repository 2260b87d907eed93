import Type, { type Static } from 'typebox';
import { isKnown, KnownOf, type Known } from '../findings/verdict.ts';
import { cannotTell, type CheckInput, defineCheck, state } from './check.ts';
import { sameTyped } from '../typed-by-hand.ts';

const Told = KnownOf(Type.Union([Type.String({ maxLength: 120 }), Type.Null()]));
/** `null` is the firmware's placeholder or an empty field. */
const Facts = Type.Object({ assetTag: Told, serialNumber: Told }, { additionalProperties: false });

const Require = Type.Object(
  { matchRegister: Type.Optional(Type.Enum(['required'], { description: 'required' })) },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, never, Static<typeof Require>>;

function compare(input: Input, what: 'serialNumber' | 'assetTag', fact: Known<string | null>) {
  const registered = input.device.register?.[what] ?? null;
  if (!isKnown(fact) || fact.known === null || registered === null) return undefined;
  const verdict = sameTyped(fact.known, registered) ? 'pass' : 'fail';
  return state(input, verdict, { observed: { compared: what, device: fact.known, register: registered } });
}

/** Clause 5.6. The serial number decides; a tag in firmware counts only where there is no serial number to compare. */
export const assetTag = defineCheck({
  name: 'asset-tag',
  facts: Facts,
  event: Type.Never(),
  require: Require,
  timed: () => [],
  evaluate(input) {
    if (input.require.matchRegister === undefined) return [state(input, 'pass')];
    const { serialNumber, assetTag: tag } = input.facts;
    const compared = compare(input, 'serialNumber', serialNumber) ?? compare(input, 'assetTag', tag);
    if (compared !== undefined) return [compared];
    return [cannotTell(input, isKnown(serialNumber) ? { unknown: 'nothing-to-compare' } : serialNumber)];
  },
});
