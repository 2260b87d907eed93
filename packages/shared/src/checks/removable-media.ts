import Type, { type Static } from 'typebox';
import { IsoTime, type Judgement, Subject } from '../findings/finding.ts';
import { isKnown, KnownOf } from '../findings/verdict.ts';
import { iso } from '../ports.ts';
import { sameTyped } from '../typed-by-hand.ts';
import { cannotTell, type CheckInput, defineCheck, type RegisteredStick, state } from './check.ts';
import { combineParts, type Part } from './combine.ts';

const Medium = Type.Object(
  {
    /** The serial; where the medium has none, its vendor and product numbers. */
    subject: Subject,
    serial: Type.Union([Type.String({ maxLength: 120 }), Type.Null()]),
    kind: Type.Enum(['storage', 'phone']),
    model: Type.Union([Type.String({ maxLength: 120 }), Type.Null()]),
    bytes: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
    encrypted: KnownOf(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type Medium = Static<typeof Medium>;

const Arrival = Type.Object({ at: IsoTime, medium: Medium }, { additionalProperties: false });
export type Arrival = Static<typeof Arrival>;

/** Storage with a medium in it: empty card readers, docks, clickers, keyboards and optical drives are never listed. */
const Facts = Type.Object(
  {
    present: KnownOf(Type.Array(Medium, { maxItems: 100 })),
    /** Whether `present` tells of phones, too, where something else than disks tells of them. */
    phones: Type.Optional(KnownOf(Type.Literal('told'))),
  },
  { additionalProperties: false },
);

const Require = Type.Object(
  {
    allow: Type.Optional(
      Type.Enum(['none', 'encrypted', 'registered', 'registered-and-encrypted', 'any'], {
        description: 'none, encrypted, registered, registered-and-encrypted or any',
      }),
    ),
    phones: Type.Optional(Type.Enum(['ignore', 'deny'], { description: 'ignore or deny' })),
  },
  { additionalProperties: false },
);

type Input = CheckInput<Static<typeof Facts>, Arrival, Static<typeof Require>>;

/** Serials are typed into registers by hand, and systems differ in the case they tell them in. */
const isSame = (medium: Medium, stick: RegisteredStick): boolean =>
  medium.serial !== null && sameTyped(medium.serial, stick.serial);

function encryptedPart(input: Input, medium: Medium): Part {
  const registered = input.device.registeredSticks?.find((stick) => isSame(medium, stick));
  if (registered?.encryptsInHardware === true)
    return { verdict: 'pass', observed: { encrypted: true, inHardware: true } };
  if (!isKnown(medium.encrypted)) return { verdict: 'unknown', reason: medium.encrypted.unknown };
  return { verdict: medium.encrypted.known ? 'pass' : 'fail', observed: { encrypted: medium.encrypted.known } };
}

function registeredPart(input: Input, medium: Medium): Part {
  if (input.device.registeredSticks === null) return { verdict: 'unknown', reason: 'nothing-to-compare' };
  const registered = input.device.registeredSticks.some((stick) => isSame(medium, stick));
  return { verdict: registered ? 'pass' : 'fail', observed: { registered } };
}

function partsOf(input: Input, medium: Medium): Part[] {
  if (medium.kind === 'phone') return [{ verdict: input.require.phones === 'deny' ? 'fail' : 'pass' }];
  const allow = input.require.allow ?? 'any';
  switch (allow) {
    case 'any':
      return [{ verdict: 'pass' }];
    case 'none':
      return [{ verdict: 'fail' }];
    case 'encrypted':
      return [encryptedPart(input, medium)];
    case 'registered':
      return [registeredPart(input, medium)];
    case 'registered-and-encrypted':
      return [registeredPart(input, medium), encryptedPart(input, medium)];
  }
}

function judgeArrival(input: Input, { at, medium }: Arrival): Judgement {
  const part = combineParts(partsOf(input, medium));
  return {
    subject: medium.subject,
    kind: 'event',
    at: Date.parse(at),
    verdict: part.verdict,
    ...(part.reason === undefined ? {} : { reason: part.reason }),
    severity: input.severity,
    observed: {
      kind: medium.kind,
      serial: medium.serial,
      model: medium.model,
      bytes: medium.bytes,
      ...encryptedPart(input, medium).observed,
      ...part.observed,
    },
  };
}

/**
 * Clause 5.9: memory sticks must not be plugged in. Plugging in is an event and stays one when the stick is pulled;
 * the device's own state says only that its sockets could be read and hold nothing.
 */
export const removableMedia = defineCheck({
  name: 'removable-media',
  facts: Facts,
  event: Arrival,
  require: Require,
  timed: (facts) => (isKnown(facts.present) ? facts.present.known.map((medium) => medium.subject) : []),
  appeared: (facts, isNew, now) =>
    isKnown(facts.present)
      ? facts.present.known.filter((medium) => isNew(medium.subject)).map((medium) => ({ at: iso(now), medium }))
      : [],
  identify: ({ at, medium }) => ({ key: medium.subject, subject: medium.subject, at: Date.parse(at) }),
  evaluate(input) {
    const { present, phones } = input.facts;
    const arrivals = input.events
      .filter(({ medium }) => medium.kind === 'storage' || input.require.phones === 'deny')
      .map((arrival) => judgeArrival(input, arrival));
    if (!isKnown(present)) return [cannotTell(input, present), ...arrivals];
    const counted = present.known.filter((medium) => medium.kind === 'storage' || input.require.phones === 'deny');
    if (input.require.phones === 'deny' && phones !== undefined && !isKnown(phones))
      return [cannotTell(input, phones), ...arrivals];
    if (counted.length > 0 || arrivals.length > 0) return arrivals;
    return [state(input, 'pass', { observed: { present: 0 } })];
  },
});
