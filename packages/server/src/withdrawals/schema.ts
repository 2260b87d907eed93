import { IsoTime } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { nullable, Text } from '../shapes.ts';
import { FACILITIES } from './connector.ts';

const closed = { additionalProperties: false } as const;

export const MODES = ['temporary', 'permanent'] as const;
export const MOST_REASON = 2000;
export const MOST_NAMED = 500;
/** Before an account's name, where a whole group is meant. */
export const GROUP_PREFIX = 'group:';

const Facilities = Type.Array(Type.Enum([...FACILITIES], { description: `one of ${FACILITIES.join(', ')}` }), {
  minItems: 1,
  maxItems: FACILITIES.length,
  uniqueItems: true,
  description: 'what is withdrawn',
});
const Subjects = Type.Array(Text(200, 'an account, or `group:NAME` for everybody who is in it now'), {
  minItems: 1,
  maxItems: MOST_NAMED,
  uniqueItems: true,
});

const About = { subjects: Subjects, facilities: Facilities } as const;

export const Order = Type.Object(
  {
    ...About,
    mode: Type.Enum([...MODES], { description: 'temporary or permanent' }),
    /** Of what is temporary: when it is given back by itself. */
    until: Type.Optional(nullable(IsoTime)),
    /** When ICT is reminded to look at it again; left out, five working days from now, or `until` if that is sooner. */
    reviewAt: Type.Optional(nullable(IsoTime)),
    reason: Text(MOST_REASON, 'why, for whoever looks at it later'),
    breach: Type.Optional(nullable(Text(40, 'the reference of a breach'))),
  },
  closed,
);
export type Order = Static<typeof Order>;

export const PreviewAsked = Type.Object({ ...About }, closed);
export type PreviewAsked = Static<typeof PreviewAsked>;

export const Decision = Type.Object({ reason: Text(MOST_REASON, 'why') }, closed);

export const WithdrawalRef = Type.Object(
  { ref: Type.String({ pattern: '^WD-\\d{4}-\\d{6,}$', maxLength: 40, description: 'such as WD-2026-000001' }) },
  closed,
);
export const StepRef = Type.Object(
  { ...WithdrawalRef.properties, step: Type.String({ pattern: '^[0-9a-f-]{36}$', description: 'the id of a step' }) },
  closed,
);

const Reading = Type.Object({
  where: Type.String(),
  at: Type.String(),
  found: Type.String(),
  holds: Type.Boolean(),
});

export const StepAnswer = Type.Object({
  id: Type.String(),
  subject: Type.String({ description: 'an account' }),
  facility: Type.String(),
  connector: Type.String(),
  status: Type.String(),
  dryRun: Type.Boolean({ description: 'the connector was switched off: nothing is carried out' }),
  changes: Type.Array(Type.String()),
  /** What stands in the way, in words. */
  trouble: nullable(Type.String()),
  proof: nullable(Type.Array(Reading)),
  leftOver: Type.Array(Type.String({ description: 'what could not be given back, for a person to decide' })),
  changedAt: Type.String(),
});
export type StepAnswer = Static<typeof StepAnswer>;

export const WithdrawalAnswer = Type.Object({
  ref: Type.String(),
  subjects: Type.Array(Type.String()),
  facilities: Type.Array(Type.String()),
  mode: Type.String(),
  until: nullable(Type.String()),
  reviewAt: nullable(Type.String()),
  status: Type.String({
    description: 'awaiting-approval, refused, dry-run, running, needs-person, withdrawn, restoring or restored',
  }),
  reason: Type.String(),
  breach: nullable(Type.String()),
  requestedBy: Type.String(),
  requestedAt: Type.String(),
  decidedBy: nullable(Type.String()),
  decidedAt: nullable(Type.String()),
  restoredBy: nullable(Type.String()),
  endedAt: nullable(Type.String()),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'how many steps stand how' }),
});
export type WithdrawalAnswer = Static<typeof WithdrawalAnswer>;

export const WithdrawalInFull = Type.Object({ ...WithdrawalAnswer.properties, steps: Type.Array(StepAnswer) });

export const PreviewStep = Type.Object({
  subject: Type.String(),
  facility: Type.String(),
  connector: Type.String(),
  dryRun: Type.Boolean(),
  changes: Type.Array(Type.String()),
  warnings: Type.Array(Type.String({ description: 'what it will not reach by itself' })),
  trouble: nullable(Type.String()),
  looked: Type.Boolean({ description: 'false where there are too many to look at each before it is ordered' }),
});
export type PreviewStep = Static<typeof PreviewStep>;
export const PreviewAnswer = Type.Object({
  needsSecondPerson: Type.Boolean(),
  people: Type.Integer(),
  steps: Type.Array(PreviewStep),
});
