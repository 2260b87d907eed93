import { IsoTime } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { PAUSE_SCOPES } from '../../orders/pauses/pauses.ts';
import { nullable, Text } from '../../shapes.ts';
import { MOST_REASON } from '../schema.ts';

const closed = { additionalProperties: false } as const;
export const MOST_NAME = 200;

export const PauseId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,80}$', description: 'the id of a pause' });

const Scope = Type.Enum([...PAUSE_SCOPES], { description: `one of ${PAUSE_SCOPES.join(', ')}` });

export const NewPause = Type.Object(
  {
    scope: Scope,
    name: Type.Optional(nullable(Text(MOST_NAME, 'the asset tag, or the name of the group; nothing for all'))),
    until: IsoTime,
    reason: Text(MOST_REASON, 'why, for the record'),
  },
  closed,
);
export type NewPause = Static<typeof NewPause>;

export const PauseAnswer = Type.Object({
  id: Type.String(),
  scope: Scope,
  name: nullable(Type.String({ description: 'the asset tag, or the name of the group' })),
  since: Type.String(),
  until: Type.String({ description: 'when it ends by itself' }),
  standing: Type.Enum(['in-force', 'over', 'ended'], { description: 'over: by itself; ended: by somebody' }),
  reason: Type.String(),
  begunBy: Type.String(),
  endedAt: nullable(Type.String()),
  endedBy: nullable(Type.String()),
  endReason: nullable(Type.String()),
});
export type PauseAnswer = Static<typeof PauseAnswer>;
