import Type, { type Static } from 'typebox';
import { Reason, Severity, Verdict } from './verdict.ts';

const MONTH_AND_DAY = '((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|[12]\\d))';
/** Each month has its days, so that whatever fits is a moment to `Date.parse`; 29 February of any year is one. */
export const IsoTime = Type.String({
  pattern: `^\\d{4}-${MONTH_AND_DAY}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?Z$`,
  description: 'a time such as 2026-06-04T08:32:00.000Z',
});
export const Link = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const Subject = Type.String({ minLength: 1, maxLength: 300 });
export const RuleId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,79}$',
  description: 'lower-case letters, digits and hyphens',
});

const Scalar = Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean(), Type.Null()]);
/** What was seen, in plain named values: no document names, contents or times of activity (invariant 10). */
export const Observed = Type.Record(
  Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9]{0,39}$' }),
  Type.Union([Scalar, Type.Array(Scalar, { maxItems: 20 })]),
  { maxProperties: 20, additionalProperties: false },
);
export type Observed = Static<typeof Observed>;

export const KINDS = ['state', 'event'] as const;
export type Kind = (typeof KINDS)[number];

/** 128 random bits, so that a link tells nothing about a body that has been erased (invariant 3). */
const Salt = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });

/** One change of verdict, or one event; the body that the chain covers. */
export const FindingBody = Type.Object(
  {
    salt: Salt,
    rule: RuleId,
    clause: Type.String({ minLength: 1, maxLength: 80 }),
    check: Type.String({ pattern: '^[a-z][a-z-]{0,39}$' }),
    subject: Subject,
    kind: Type.Enum([...KINDS]),
    at: IsoTime,
    verdict: Verdict,
    reason: Type.Optional(Reason),
    severity: Severity,
    observed: Observed,
    policyVersion: Type.String({ minLength: 1, maxLength: 80 }),
  },
  { additionalProperties: false },
);
export type FindingBody = Static<typeof FindingBody>;

export const GAP_CAUSES = {
  'outbox-lost': "the device's store of findings was missing",
  'outbox-corrupt': "the device's store of findings was damaged and has been set aside",
  'restored-from-older-copy': "the device's files were put back from an older copy",
  'server-restored': 'the server was put back from a copy older than what the device keeps',
  'bound-reached': 'the device had no contact for so long that its store was full',
} as const;
export type GapCause = keyof typeof GAP_CAUSES;

/** Says that `from` to `to` will never come. It stands in the chain at `to`, and opens a breach (invariant 3). */
export const GapBody = Type.Object(
  {
    salt: Salt,
    at: IsoTime,
    gap: Type.Object(
      {
        from: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
        to: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
        lastLink: Link,
        cause: Type.Enum(Object.keys(GAP_CAUSES) as GapCause[]),
        /** Findings known to be lost; null where nobody can tell. */
        lost: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type GapBody = Static<typeof GapBody>;

/** What a rule says of one subject now; becomes a finding where it changed, or where it is an event. */
export interface Judgement {
  readonly subject: string;
  readonly kind: Kind;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly verdict: Verdict;
  readonly reason?: Reason | undefined;
  readonly severity: Severity;
  readonly observed: Observed;
}

export const DEVICE_SUBJECT = 'device';
