import { IsoTime } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { AssetTag } from '../devices/register.ts';
import { nullable, Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

export const KINDS = ['fault', 'damage'] as const;
export type Kind = (typeof KINDS)[number];
const KindName = Type.Enum([...KINDS], { description: `one of ${KINDS.join(', ')}` });

export const MOST_DESCRIPTION = 4000;
export const MOST_REASON = 2000;

export const HelpdeskReport = Type.Object(
  {
    kind: KindName,
    description: Text(MOST_DESCRIPTION, 'what is broken or damaged'),
    device: Type.Optional(nullable(AssetTag)),
    happenedAt: Type.Optional(nullable(IsoTime)),
  },
  closed,
);
export type HelpdeskReport = Static<typeof HelpdeskReport>;

export const Closure = Type.Object({ reason: Text(MOST_REASON, 'what was done, or why nothing is') }, closed);

export const HelpdeskRef = Type.Object(
  { ref: Type.String({ pattern: '^HD-\\d{4}-\\d{6,}$', maxLength: 40, description: 'such as HD-2026-000001' }) },
  closed,
);

export const HelpdeskAnswer = Type.Object({
  ref: Type.String(),
  kind: Type.String(),
  device: nullable(Type.String({ description: 'an asset tag' })),
  description: Type.String(),
  happenedAt: nullable(Type.String()),
  reportedAt: Type.String(),
  reportedBy: Type.String(),
  ictToldAt: nullable(Type.String({ description: 'when the message to ICT was sent' })),
  insuranceOfficerToldAt: nullable(Type.String({ description: 'of damage: when the message was sent' })),
  closedAt: nullable(Type.String()),
  closedBy: nullable(Type.String()),
  closeReason: nullable(Type.String()),
});
export type HelpdeskAnswer = Static<typeof HelpdeskAnswer>;
