import Type, { type Static } from 'typebox';
import { RIGHTS_KINDS } from '../deadlines/rights-dates.ts';
import { nullable, Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
const oneOf = (values: readonly string[]) => ({ description: `one of ${values.join(', ')}` });

export const OUTCOMES = ['upheld', 'upheld-in-part', 'not-upheld'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const MOST_WORDS = 5000;
export const MOST_NOTE = 1000;

export const RightsRef = Type.Object(
  { ref: Type.String({ pattern: '^DP-\\d{4}-\\d{6,}$', maxLength: 40, description: 'such as DP-2026-000001' }) },
  closed,
);

export const RightsRequest = Type.Object(
  {
    kind: Type.Enum([...RIGHTS_KINDS], oneOf(RIGHTS_KINDS)),
    words: Text(MOST_WORDS, 'what is to be said'),
    breach: Type.Optional(Type.String({ maxLength: 40, description: 'the reference of a breach of one’s own' })),
    device: Type.Optional(Type.String({ maxLength: 80, description: 'the asset tag of a device of one’s own' })),
    rule: Type.Optional(Type.String({ maxLength: 80, description: 'with a device: a rule that it is judged by' })),
    language: Type.Optional(Type.Enum(['en', 'cy'], { description: 'in which the answer is told of' })),
  },
  closed,
);
export type RightsRequest = Static<typeof RightsRequest>;

export const RightsAnswerGiven = Type.Object(
  {
    outcome: Type.Enum([...OUTCOMES], oneOf(OUTCOMES)),
    answer: Text(MOST_WORDS, 'the answer, which whoever asked reads'),
    note: Type.Optional(Text(MOST_NOTE, 'of a correction: what stands beside what is recorded')),
  },
  closed,
);
export type RightsAnswerGiven = Static<typeof RightsAnswerGiven>;

const OwnProperties = {
  ref: Type.String(),
  kind: Type.String(),
  language: Type.String({ description: 'in which it was asked: en or cy' }),
  status: Type.String({ description: 'received, acknowledged or answered' }),
  words: Type.String(),
  breach: nullable(Type.String({ description: 'the reference of a breach' })),
  device: nullable(Type.String({ description: 'an asset tag' })),
  rule: nullable(Type.String()),
  askedAt: Type.String(),
  acknowledgeBy: Type.String(),
  acknowledgedAt: nullable(Type.String()),
  answerBy: nullable(Type.String({ description: 'null: without undue delay' })),
  answeredAt: nullable(Type.String()),
  outcome: nullable(Type.String()),
  answer: nullable(Type.String()),
  note: nullable(Type.String()),
};

/** A request as whoever asked has it. */
export const OwnRights = Type.Object(OwnProperties);
export type OwnRights = Static<typeof OwnRights>;

/** The same for whoever answers. */
export const RightsWhole = Type.Object({
  ...OwnProperties,
  askedBy: Type.String(),
  account: nullable(Type.String({ description: 'in the list of people, where messages can be sent' })),
  acknowledgedBy: nullable(Type.String()),
  answeredBy: nullable(Type.String()),
});
export type RightsWhole = Static<typeof RightsWhole>;
