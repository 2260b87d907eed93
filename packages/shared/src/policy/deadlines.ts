import Type, { type Static } from 'typebox';
import { Duration } from '../duration.ts';
import { RuleId } from '../findings/finding.ts';
import { SEVERITIES, type Severity } from '../findings/verdict.ts';
import { ROLES } from './roles.ts';

const closed = { additionalProperties: false } as const;

/** What kind of thing a breach is, as far as a policy's deadlines may depend on it. */
export const BREACH_KINDS = [
  'lost',
  'stolen',
  'removable-media',
  'printing',
  'sent-to-the-wrong-person',
  'unauthorised-access',
  'malware',
  'not-up-to-date',
  'paper',
  'abroad',
  'other',
] as const;
export type BreachKind = (typeof BREACH_KINDS)[number];

const severities = Type.Array(Type.Enum([...SEVERITIES]), {
  description: `a list of ${SEVERITIES.join(', ')}`,
  minItems: 1,
});

/** By the clock on the wall, nights and weekends included, or by the council's working calendar. */
const Counts = Type.Enum(['clock', 'working'], { description: 'clock or working' });

/** Working time is days (`P2D`: the close of business of the second working day after), or hours and minutes (`PT4H`). */
const Target = Type.Object(
  { within: Duration, counts: Counts },
  { ...closed, description: 'a mapping with within and counts' },
);
export type Target = Static<typeof Target>;

const orNone = { description: 'none, or a mapping with within and counts' } as const;
const TargetOrNone = Type.Union([Target, Type.Literal('none', orNone)], orNone);
const targets = Object.fromEntries(SEVERITIES.map((severity) => [severity, Type.Optional(TargetOrNone)])) as Record<
  Severity,
  ReturnType<typeof Type.Optional<typeof TargetOrNone>>
>;

/** `deputy` is that of the role that the policy reports to. */
const Escalation = Type.Object(
  {
    to: Type.Enum(['deputy', ...ROLES], { description: `deputy, or a role, one of ${ROLES.join(', ')}` }),
    /** Since the step before it or, of the first, since the time to acknowledge ran out. */
    after: Duration,
    counts: Counts,
    /** Of these only; of all that must be acknowledged, where nothing is said. */
    severities: Type.Optional(severities),
  },
  { ...closed, description: 'a mapping with to, after and counts' },
);
export type Escalation = Static<typeof Escalation>;

/** All that an entry says must hold. */
const OutOfHours = Type.Object(
  {
    kinds: Type.Optional(
      Type.Array(Type.Enum([...BREACH_KINDS]), { description: `a list of ${BREACH_KINDS.join(', ')}`, minItems: 1 }),
    ),
    severities: Type.Optional(severities),
    /** Only what a person has confirmed, not what a device alone says. */
    confirmedBy: Type.Optional(Type.Enum(['person'], { description: 'person' })),
  },
  { ...closed, description: 'a mapping of kinds, severities or confirmedBy' },
);
export type OutOfHours = Static<typeof OutOfHours>;

/** A time within which somebody outside must be told; by the clock, whatever is decided meanwhile. */
const External = Type.Object(
  { name: RuleId, within: Duration },
  { ...closed, description: 'a mapping with name and within' },
);
export type External = Static<typeof External>;

/** The clocks of a breach. Each part that is left out is as `DEFAULT_DEADLINES` has it. */
export const PolicyDeadlines = Type.Object(
  {
    acknowledge: Type.Optional(
      Type.Object(targets, { ...closed, description: `a mapping of ${SEVERITIES.join(', ')}` }),
    ),
    escalate: Type.Optional(
      Type.Array(Escalation, { maxItems: 20, description: 'a list of { to, after, counts, severities }, at most 20' }),
    ),
    outOfHours: Type.Optional(
      Type.Array(OutOfHours, { maxItems: 20, description: 'a list of { kinds, severities, confirmedBy }, at most 20' }),
    ),
    regulator: Type.Optional(
      Type.Array(External, { maxItems: 20, description: 'a list of { name, within }, at most 20' }),
    ),
  },
  { ...closed, description: 'a mapping of acknowledge, escalate, outOfHours or regulator' },
);
export type PolicyDeadlines = Static<typeof PolicyDeadlines>;

/** The clocks of a breach with every part there. */
export interface Deadlines {
  readonly acknowledge: Readonly<Record<Severity, Target | 'none'>>;
  readonly escalate: readonly Escalation[];
  readonly outOfHours: readonly OutOfHours[];
  readonly regulator: readonly External[];
}

/**
 * Article 33(1) of the UK GDPR: the regulator is told within 72 hours of becoming aware, where feasible. It applies
 * whatever a policy says; one may name it to be stricter.
 */
export const ARTICLE_33: External = { name: 'article-33', within: 'PT72H' };

/**
 * What holds where a policy says nothing. Clause 4.2 has every breach reported and leaves the times to the council: that
 * which nobody acknowledges goes to the deputy, then to the SIRO. At night it waits, but for what cannot: a device in
 * somebody else's hands, and the critical that a person has confirmed.
 */
export const DEFAULT_DEADLINES: Deadlines = {
  acknowledge: {
    critical: { within: 'PT1H', counts: 'clock' },
    high: { within: 'PT4H', counts: 'working' },
    medium: { within: 'P2D', counts: 'working' },
    low: { within: 'P5D', counts: 'working' },
    info: 'none',
  },
  escalate: [
    { to: 'deputy', after: 'PT0S', counts: 'clock' },
    { to: 'siro', after: 'PT1H', counts: 'clock', severities: ['critical'] },
    { to: 'siro', after: 'PT4H', counts: 'working', severities: ['low', 'medium', 'high'] },
  ],
  outOfHours: [{ kinds: ['lost', 'stolen'] }, { severities: ['critical'], confirmedBy: 'person' }],
  regulator: [ARTICLE_33],
};

/** The clocks that a policy sets, filled in with what holds by default. */
export function deadlinesOf({ deadlines = {} }: { readonly deadlines?: PolicyDeadlines }): Deadlines {
  const { acknowledge, regulator = [], ...rest } = deadlines;
  const named = regulator.some(({ name }) => name === ARTICLE_33.name);
  return {
    ...DEFAULT_DEADLINES,
    ...rest,
    acknowledge: { ...DEFAULT_DEADLINES.acknowledge, ...acknowledge },
    regulator: named ? regulator : [ARTICLE_33, ...regulator],
  };
}
