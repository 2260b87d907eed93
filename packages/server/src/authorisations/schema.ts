import { AuthorisationScope, IsoTime, POPULATIONS, RuleId } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { AssetTag } from '../devices/register.ts';
import { Paper } from './paper.ts';
import { Text } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
const Line = (maximum: number, description: string) =>
  Type.String({ minLength: 1, maxLength: maximum, pattern: '^[^\\u0000-\\u001f\\u007f]+$', description });
const DateOnly = (description: string) =>
  Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', description });

/** Whom an authorisation is for. What is for a person or a group concerns every device that they hold. */
export const Subject = Type.Union(
  [
    Type.Object({ devices: Type.Array(AssetTag, { minItems: 1, maxItems: 100, uniqueItems: true }) }, closed),
    Type.Object({ person: Line(200, 'a person, by the name in the register') }, closed),
    Type.Object({ group: Line(200, 'a group, by the name in the register') }, closed),
    Type.Object(
      { population: Type.Enum([...POPULATIONS], { description: `one of ${POPULATIONS.join(', ')}` }) },
      closed,
    ),
  ],
  { description: 'one of { devices }, { person }, { group } and { population }' },
);
export type Subject = Static<typeof Subject>;

/** The review of the place where somebody works (clause 5.2); its answers stay with whoever made it. */
export const SafetyReview = Type.Object(
  {
    reviewedOn: DateOnly('the day of the review, such as 2026-11-01'),
    actionsRequired: Type.Boolean({ description: 'whether something had to be put right' }),
    /** What was done about it; needed before the authorisation is approved. */
    actionsDone: Type.Optional(Text(1000, 'what was done about it')),
  },
  closed,
);
export type SafetyReview = Static<typeof SafetyReview>;

export const Request = Type.Object(
  {
    kind: RuleId,
    subject: Subject,
    scope: Type.Optional(AuthorisationScope),
    purpose: Text(2000, 'what it is needed for'),
    risks: Text(4000, 'the risks, as the person was told of them'),
    /** The requester, for themselves or for what nobody holds. */
    accepted: Type.Optional(Type.Boolean({ description: 'true where you accept the risks yourself' })),
    /** The day on which the person it is for signed that they accept the risks, where another asks for them. */
    acceptedOn: Type.Optional(DateOnly('the day on which the person it is for accepted the risks in writing')),
    validFrom: IsoTime,
    validTo: IsoTime,
    reviewAt: Type.Optional(IsoTime),
    incident: Type.Optional(Type.String({ pattern: '^IN-\\d{4}-\\d{6,}$', description: 'such as IN-2026-000001' })),
    safetyReview: Type.Optional(SafetyReview),
    /** Of a kind that concerns paper. */
    paper: Type.Optional(Paper),
    /** Those that begin with `paper:` are of approvals that were imported. */
    requestKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 120,
        pattern: '^(?!paper:)[^\\u0000-\\u001f\\u007f]+$',
        description: 'your own name for this request: sent again under the same, it makes no second one',
      }),
    ),
  },
  closed,
);
export type Request = Static<typeof Request>;

/** What an act was based on; left out, the act is done on whatever is there. */
export const version = Type.Optional(
  Type.Integer({ minimum: 1, description: 'the version that you read; where it has changed since, nothing is done' }),
);

export const Approval = Type.Object(
  {
    version,
    reason: Type.Optional(Text(2000, 'why')),
    conditions: Type.Optional(Type.Array(Text(500, 'a condition'), { maxItems: 20 })),
    actionsDone: Type.Optional(Text(1000, 'what was done about what the health and safety review found')),
  },
  closed,
);
export type Approval = Static<typeof Approval>;

export const WithReason = Type.Object({ version, reason: Text(2000, 'why') }, closed);
export type WithReason = Static<typeof WithReason>;
export const WithVersion = Type.Object({ version }, closed);
export type WithVersion = Static<typeof WithVersion>;

export const Reference = Type.Object(
  { ref: Type.String({ pattern: '^AU-\\d{4}-\\d{6,}$', description: 'a reference such as AU-2026-000001' }) },
  closed,
);

export const STATUSES = ['requested', 'approved', 'refused', 'withdrawn', 'revoked', 'lapsed'] as const;
export type Status = (typeof STATUSES)[number];
