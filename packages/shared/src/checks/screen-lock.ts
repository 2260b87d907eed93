import Type, { type Static } from 'typebox';
import { isKnown, KnownOf } from '../findings/verdict.ts';
import { after, Duration } from '../duration.ts';
import { type CheckInput, defineCheck, stateOfParts } from './check.ts';
import type { Part } from './combine.ts';
import { byLocation, partAtLocation } from './location.ts';

/** As it is for the person at the device: their own settings and the ones that outrank them. */
const Facts = Type.Object(
  {
    /** Seconds without input until a password is asked for; `null` where the screen never locks by itself. */
    locksAfterSeconds: KnownOf(Type.Union([Type.Number({ minimum: 0 }), Type.Null()])),
    /** Whether a password is asked for when the device or its screen wakes. */
    asksPassword: KnownOf(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ScreenLockFacts = Static<typeof Facts>;

const Require = Type.Object(
  {
    within: Type.Optional(byLocation(Duration)),
    onResume: Type.Optional(Type.Enum(['required'], { description: 'required' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<ScreenLockFacts, never, Static<typeof Require>>;

function withinPart({ facts, now }: Input, within: Duration): Part {
  const { locksAfterSeconds } = facts;
  if (!isKnown(locksAfterSeconds)) return { verdict: 'unknown', reason: locksAfterSeconds.unknown };
  const seconds = locksAfterSeconds.known;
  const inTime = seconds !== null && now + seconds * 1000 <= after(now, within);
  return { verdict: inTime ? 'pass' : 'fail', observed: { locksAfterSeconds: seconds } };
}

function resumePart({ facts: { asksPassword } }: Input): Part {
  if (!isKnown(asksPassword)) return { verdict: 'unknown', reason: asksPassword.unknown };
  return { verdict: asksPassword.known ? 'pass' : 'fail', observed: { asksPassword: asksPassword.known } };
}

/** Cyber Essentials: a device locks itself, sooner where strangers pass by if the policy says so. */
export const screenLock = defineCheck({
  name: 'screen-lock',
  facts: Facts,
  event: Type.Never(),
  require: Require,
  timed: () => [],
  evaluate(input) {
    const { within, onResume } = input.require;
    const parts = [
      ...(within === undefined ? [] : [partAtLocation(within, input.device, (value) => withinPart(input, value))]),
      ...(onResume === undefined ? [] : [resumePart(input)]),
    ];
    return [stateOfParts(input, parts)];
  },
});
