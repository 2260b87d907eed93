import { iso, IsoTime, type Population } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Caller } from '../../access.ts';
import { problem } from '../../errors.ts';
import type { BreachRow } from '../store.ts';
import type { LifeAct } from './act.ts';
import { CULPABILITIES } from './acts.ts';
import { Text } from '../../shapes.ts';

const closed = { additionalProperties: false } as const;

/** Whom the law may ask to be told: the regulator (Article 33), and those whose data it is (Article 34). */
export const TOLD = ['regulator', 'individuals'] as const;
export const Decision = Type.Object(
  {
    about: Type.Enum([...TOLD], { description: 'regulator or individuals' }),
    decision: Type.Enum(['tell', 'do-not-tell'], { description: 'tell or do-not-tell' }),
    reasons: Text(4000, 'why; for the regulator also why it is late, where it is'),
    /** Where they have been told. */
    toldAt: Type.Optional(IsoTime),
    reference: Type.Optional(Text(200, "the regulator's reference")),
  },
  closed,
);
export type Decision = Static<typeof Decision>;

/** A decision stands beside the clock, which goes on. It can be made again: the last one holds, all stand in the timeline. */
export const deciding = (decision: Decision, now: number): LifeAct => ({
  act: null,
  type: 'decided',
  detail: decision,
  work: (_tx, { ref }) => {
    if (decision.toldAt !== undefined && Date.parse(decision.toldAt) > now)
      throw problem('validation', 'toldAt must not be in the future.');
    if (decision.decision === 'do-not-tell' && decision.toldAt !== undefined)
      throw problem('validation', `Say that ${ref} is to be told, or leave toldAt out.`);
    return decision.about === 'regulator'
      ? { regulator_decision: decision.decision }
      : { individuals_decision: decision.decision };
  },
});

export const Awareness = Type.Object({ awareAt: IsoTime, reasons: Text(4000, 'why it is moved') }, closed);

/** Only the Data Protection Officer moves the moment from which the 72 hours run, and says why (Article 33). */
export const movingAwareness = (
  { awareAt, reasons }: Static<typeof Awareness>,
  caller: Caller,
  now: number,
): LifeAct => ({
  act: null,
  type: 'awareness-moved',
  detail: { awareAt, reasons },
  work: (_tx, breach) => {
    if (caller.role !== 'data-protection-officer')
      throw problem(
        'not-permitted',
        'Only the Data Protection Officer moves the moment at which the council became aware.',
      );
    const at = Date.parse(awareAt);
    if (at > now) throw problem('validation', 'awareAt must not be in the future.');
    if (at < breach.first_seen && breach.kind !== 'person')
      throw problem('validation', `awareAt must not be before ${iso(breach.first_seen)}, when it happened.`);
    return { aware_at: at, aware_by: caller.name };
  },
});

export const ROUTES = [
  'conduct',
  'human-resources',
  'monitoring-officer',
  'employer',
  'siro',
  'police',
  'regulator',
  'insurer',
  'other',
] as const;
export const Referral = Type.Object(
  {
    to: Type.Enum([...ROUTES], {
      description: `one of ${ROUTES.join(', ')}; conduct picks whose matter it is by the population of the holder (clause 4.3)`,
    }),
    reasons: Text(4000, 'why'),
    /** Set by a person, with the reasons; never by Beadle (clause 4.3). */
    culpability: Type.Optional(Type.Enum([...CULPABILITIES], { description: `one of ${CULPABILITIES.join(', ')}` })),
    reference: Type.Optional(Text(200, 'their reference, such as a crime reference')),
  },
  closed,
);
export type Referral = Static<typeof Referral>;

/** Whose matter a person's conduct is (clause 4.3). */
export function conductRoute(population: Population | null): 'human-resources' | 'monitoring-officer' | 'employer' {
  if (population === 'councillor') return 'monitoring-officer';
  return population === 'partner' || population === 'contractor' || population === 'agent'
    ? 'employer'
    : 'human-resources';
}

/** Statutory and emergency routes wait for nobody's mail server (invariant 7). */
const NEVER_EARLY: ReadonlySet<string> = new Set(['police', 'regulator', 'siro']);

/** A route out of it, with what is to be said where it goes before whoever is told first has been. */
export const isEarly = ({ notified_at: notifiedAt }: Pick<BreachRow, 'notified_at'>, to: string): boolean =>
  notifiedAt === null && !NEVER_EARLY.has(to);

export const referring = (referral: Referral, breach: BreachRow, population: Population | null): LifeAct => {
  const to = referral.to === 'conduct' ? conductRoute(population) : referral.to;
  const early = isEarly(breach, to) ? { beforeNotified: true } : {};
  return { act: null, type: 'referred', detail: { ...referral, to, ...early } };
};
