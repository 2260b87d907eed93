import { BREACH_KINDS, iso } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import { problem } from '../../errors.ts';
import type { BreachRow } from '../store.ts';
import type { LifeAct } from './act.ts';
import { openActions } from './actions.ts';
import { type Assessment, contradiction, mustDecide } from './assessment.ts';
import { type BreachAct, type Triage, TRIAGES } from './states.ts';
import { Text } from '../../shapes.ts';

const closed = { additionalProperties: false } as const;
const reason = Text(2000, 'why');

export const Category = Type.Enum([...BREACH_KINDS], {
  description: `what kind of thing it is, one of ${BREACH_KINDS.join(', ')}`,
});
export type Category = Static<typeof Category>;

export const Triaging = Type.Object(
  {
    decision: Type.Enum([...TRIAGES], { description: `one of ${TRIAGES.join(', ')}` }),
    reason,
    category: Type.Optional(Category),
  },
  closed,
);
export const Containment = Type.Object({ measures: Text(4000, 'what was done to contain it, and by whom') }, closed);
export const CULPABILITIES = ['undetermined', 'accidental', 'negligent', 'deliberate'] as const;
export const Closure = Type.Object(
  {
    reason: Text(2000, 'why it is closed'),
    rootCause: Type.Optional(Text(2000, 'what it came from')),
    lessons: Type.Optional(Text(4000, 'what is learnt from it')),
  },
  closed,
);
export const Reopening = Type.Object({ reason }, closed);
export const Owner = Type.Object(
  { owner: Type.Union([Text(200, 'a person'), Type.Null()], { description: 'whose case it is, or null' }) },
  closed,
);

export const acknowledging: LifeAct = {
  act: 'acknowledge',
  type: 'acknowledged',
  isDone: ({ acknowledged_at: at }) => at !== null,
};

const BY_TRIAGE: Readonly<Record<Triage, BreachAct>> = {
  confirmed: 'confirm',
  'near-miss': 'call-near-miss',
  'not-a-breach': 'dismiss',
};

/** A person decides whether it is a breach. Nothing is one before (invariant 8). */
export const triaging = ({ decision, reason: why, category }: Static<typeof Triaging>, now: number): LifeAct => ({
  act: BY_TRIAGE[decision],
  type: 'triaged',
  detail: { decision, reason: why, ...(category === undefined ? {} : { category }) },
  work: () => ({ triage: decision, triaged_at: now, ...(category === undefined ? {} : { category }) }),
});

export const containing = ({ measures }: Static<typeof Containment>, now: number): LifeAct => ({
  act: 'contain',
  type: 'contained',
  detail: { measures },
  work: (_tx, { contained_at: before }) => ({ contained_at: before ?? now }),
});

/** The severity is the assessing person's from here on; the policy's stays beside it. */
export const assessing = (assessment: Assessment, now: number): LifeAct => {
  const wrong = contradiction(assessment);
  return {
    act: 'assess',
    type: 'assessed',
    detail: assessment,
    work: (_tx, { ref, triage }) => {
      if (wrong !== undefined) throw problem('validation', wrong);
      if (triage === null) throw problem('conflict', `Decide first whether ${ref} is a breach.`);
      return { assessed_at: now, assessed_severity: assessment.severity, assessment: JSON.stringify(assessment) };
    },
  };
};

export const reopening = ({ reason: why }: Static<typeof Reopening>): LifeAct => ({
  act: 'reopen',
  type: 'reopened',
  detail: { reason: why },
  work: () => ({ triage: null, triaged_at: null, complies_since: null }),
});

export const assigning = ({ owner }: Static<typeof Owner>): LifeAct => ({
  act: null,
  type: 'assigned',
  detail: { owner },
  work: () => ({ owner }),
});

const DECIDED = { regulator: 'regulator_decision', individuals: 'individuals_decision' } as const;

function refuseUndecided(breach: BreachRow): void {
  const { ref, triage, assessment } = breach;
  if (triage === 'confirmed' && assessment === null)
    throw problem('conflict', `${ref} is confirmed and not assessed: assess it before closing it.`);
  if (triage !== 'confirmed' || assessment === null) return;
  const open = mustDecide(JSON.parse(assessment) as Assessment).filter((about) => breach[DECIDED[about]] === null);
  if (open.length > 0)
    throw problem(
      'conflict',
      `Decide first whether to tell ${open.map((about) => (about === 'regulator' ? 'the regulator' : 'the people affected')).join(' and ')}: the assessment of ${ref} asks for it.`,
    );
}

/** The end of it. A confirmed breach is assessed, decided about and has no action open. */
export const closing = (closure: Static<typeof Closure>): LifeAct => ({
  act: 'close',
  type: 'closed',
  detail: closure,
  work: async (tx, breach) => {
    refuseUndecided(breach);
    const [first, ...more] = await openActions(tx, breach);
    if (first !== undefined)
      throw problem(
        'conflict',
        `${more.length + 1} of its actions ${more.length === 0 ? 'is' : 'are'} open, such as “${first.title}” (due ${iso(first.due_at).slice(0, 10)}): end or drop them first.`,
      );
    return {};
  },
});
