import { EFFECTS, IsoTime, RESTRICTIONS } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { STANDINGS } from '../orders/desired-state/standing.ts';
import { nullable, Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

export const MOST_REASON = 2000;
export const MOST_NOTICE = 500;
export const MOST_TELEPHONE = 40;
export const MOST_MESSAGE = 2000;
const NO_CONTROL = '^[^\\u0000-\\u001f\\u007f]+$';

const Reason = Text(MOST_REASON, 'why, for the record');
/** As the wire has it: an address or a range of addresses, never a name. */
const Allowed = Type.Object(
  {
    address: Type.String({
      pattern: '^[0-9A-Fa-f:.]{2,45}(/\\d{1,3})?$',
      maxLength: 60,
      description: 'an address or a range such as 192.0.2.1 or 2001:db8::/32',
    }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port from 1 to 65535' }),
  },
  closed,
);

export const NewOrder = Type.Object(
  {
    kind: Type.Enum([...RESTRICTIONS], { description: `one of ${RESTRICTIONS.join(', ')}` }),
    until: nullable(IsoTime),
    reason: Reason,
    notice: Text(MOST_NOTICE, 'what the worker reads: why, in plain words'),
    telephone: Type.String({
      minLength: 1,
      maxLength: MOST_TELEPHONE,
      pattern: NO_CONTROL,
      description: 'whom the worker calls',
    }),
    breach: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 40, description: 'a reference' }))),
    allow: Type.Optional(Type.Array(Allowed, { maxItems: 50, description: 'what isolate leaves reachable' })),
  },
  closed,
);
export type NewOrder = Static<typeof NewOrder>;

export const WithReason = Type.Object({ reason: Reason }, closed);

export const NewMessage = Type.Object(
  {
    text: Text(MOST_MESSAGE, 'what the worker reads'),
    until: Type.Optional(IsoTime),
    reason: Reason,
  },
  closed,
);
export type NewMessage = Static<typeof NewMessage>;

export const OrderId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,80}$', description: 'the id of an order' });

const EffectAnswer = Type.Object({
  effect: Type.Enum([...EFFECTS]),
  at: Type.String({ description: 'when the device observed it, by its clock' }),
  observed: Type.String({ description: 'what it observed' }),
  receivedAt: Type.String(),
});
export type EffectAnswer = Static<typeof EffectAnswer>;

export const OrderAnswer = Type.Object({
  id: Type.String(),
  device: Type.String({ description: 'an asset tag' }),
  kind: Type.String(),
  standing: Type.Enum([...STANDINGS], {
    description:
      'ordered until the device itself has said that it is in force; lifting until it has said that it ended',
  }),
  until: nullable(Type.String({ description: 'when it lapses by itself; null: only lifting ends it' })),
  notice: nullable(Type.String()),
  telephone: nullable(Type.String()),
  text: nullable(Type.String({ description: 'of a message' })),
  allow: Type.Array(Allowed),
  orderedBy: Type.String(),
  orderedAt: Type.String(),
  reason: Type.String(),
  breach: nullable(Type.String()),
  ofWithdrawal: Type.Boolean({ description: 'ordered by a withdrawal of access; restoring that lifts it' }),
  liftedBy: nullable(Type.String()),
  liftedAt: nullable(Type.String()),
  liftReason: nullable(Type.String()),
  effects: Type.Array(EffectAnswer, { description: 'each change, as the device reported it' }),
});
export type OrderAnswer = Static<typeof OrderAnswer>;

export const CodeAnswer = Type.Object({
  code: Type.String({ description: 'ends what was ordered at once with this order, on the device itself' }),
});
