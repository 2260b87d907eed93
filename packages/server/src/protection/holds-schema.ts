import { IsoTime } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { nullable, Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

export const HOLD_KINDS = ['breach', 'device', 'person'] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

export const MOST_REASON = 2000;

export const NewHold = Type.Object(
  {
    kind: Type.Enum([...HOLD_KINDS], { description: `one of ${HOLD_KINDS.join(', ')}` }),
    target: Text(120, "the reference of a breach, a device's asset tag or a person's account"),
    reason: Text(MOST_REASON, 'why it must be kept'),
    until: Type.Optional(nullable(IsoTime)),
  },
  closed,
);
export type NewHold = Static<typeof NewHold>;

export const EndHold = Type.Object({ reason: Text(MOST_REASON, 'why it need not be kept any more') }, closed);

export const HoldRef = Type.Object(
  { ref: Type.String({ pattern: '^LH-\\d{4}-\\d{6,}$', maxLength: 40, description: 'such as LH-2026-000001' }) },
  closed,
);

export const HoldAnswer = Type.Object({
  ref: Type.String(),
  kind: Type.String(),
  target: Type.String({ description: 'as it was named: a reference, an asset tag or an account' }),
  reason: Type.String(),
  placedAt: Type.String(),
  placedBy: Type.String(),
  until: nullable(Type.String({ description: 'when it ends by itself' })),
  endedAt: nullable(Type.String()),
  endedBy: nullable(Type.String()),
  endReason: nullable(Type.String()),
  inForce: Type.Boolean(),
});
export type HoldAnswer = Static<typeof HoldAnswer>;
