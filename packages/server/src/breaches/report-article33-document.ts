import Type, { type Static } from 'typebox';
import { nullable } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String();
const Time = nullable(Type.String({ description: 'ISO 8601 in UTC' }));
const Count = Type.Integer({ minimum: 0 });
const Answer = nullable(Type.String({ description: 'yes, no or unknown; null while nobody has assessed it' }));

export const VERSIONS = ['sending', 'editing'] as const;
export type Version = (typeof VERSIONS)[number];

/** What people typed, with what is known to be a name replaced. */
const Typed = nullable(
  Type.Array(Type.Object({ about: Text, text: Text }, closed), {
    description: 'null in the version for sending, which has no text that people typed',
  }),
);

/** What Article 33(3) of the UK GDPR asks a notification to hold. No name, account, tag or serial number is in it. */
export const Article33 = Type.Object(
  {
    marking: Text,
    council: Text,
    writtenAt: Type.String(),
    reference: Text,
    version: Type.Enum([...VERSIONS], { description: 'sending: without what people typed; editing: with it' }),
    warning: nullable(Type.String({ description: 'to be read before anything is sent' })),
    replaced: Type.Integer({ minimum: 0, description: 'how many names were replaced in what people typed' }),
    confirmed: Type.Boolean(),
    nature: Type.Object(
      {
        check: nullable(Type.String({ description: 'which check of a device told of it; null where a person did' })),
        category: nullable(Text),
        happenedAt: Time,
        detectedAt: Time,
        personalData: Answer,
        specialCategory: Answer,
        childrenOrVulnerable: Answer,
        people: nullable(Count),
        records: nullable(Count),
        typed: Typed,
      },
      closed,
    ),
    contact: nullable(
      Type.Object(
        { name: Text, email: Text, telephone: nullable(Text) },
        {
          ...closed,
          description: 'the Data Protection Officer or another contact, by the settings; null where there is none',
        },
      ),
    ),
    consequences: Type.Object({ riskLikely: Answer, highRisk: Answer, typed: Typed }, closed),
    measures: Type.Object(
      {
        containedAt: Time,
        encryption: nullable(
          Type.Object(
            { verdict: Text, ageDays: nullable(Type.Integer()) },
            {
              ...closed,
              description: "the device's, as last seen; ageDays is null where that was after it happened",
            },
          ),
        ),
        individuals: nullable(Type.String({ description: 'tell or do-not-tell; null while nobody has decided' })),
        individualsToldAt: Time,
        actions: Type.Object({ done: Count, open: Count, lastDue: Time }, closed),
        typed: Typed,
      },
      closed,
    ),
    delay: Type.Object(
      {
        awareAt: Time,
        deadline: Time,
        toldAt: Time,
        late: nullable(
          Type.Boolean({
            description: 'null where no moment of awareness is on record, or it was decided not to tell',
          }),
        ),
        typed: Typed,
      },
      closed,
    ),
    missing: Type.Array(Text, { description: 'what has to be found out or filled in' }),
  },
  closed,
);
export type Article33 = Static<typeof Article33>;
