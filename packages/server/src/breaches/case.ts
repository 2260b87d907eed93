import { type Population, iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Db, Tx } from '../db/database.ts';
import { asHeld, registeredIn } from '../orders/registered.ts';
import type { BreachView } from './read.ts';
import { ClockAnswer, readClocks } from './clocks/clocks.ts';
import { ActionAnswer, actionsOf, presentAction } from './life/actions.ts';
import { CONTAINMENT_ASKED } from './life/asking.ts';
import { Assessment } from './life/assessment.ts';
import { actsOpenTo, type BreachStatus } from './life/states.ts';
import { nullable } from '../shapes.ts';

const Time = nullable(Type.String());

/** What people have decided about a breach, beside what devices have told of it. */
export const CaseAnswer = {
  category: nullable(Type.String()),
  triage: nullable(Type.String({ description: 'what a person decided that it is; null while nobody has' })),
  owner: nullable(Type.String()),
  happenedAt: Type.String(),
  detectedAt: Time,
  reportedAt: Time,
  awareAt: Time,
  notifiedAt: Time,
  acknowledgedAt: Time,
  acknowledgedBy: nullable(Type.String()),
  containmentAskedAt: nullable(
    Type.String({ description: 'when ICT was asked to contain it, since it was last opened' }),
  ),
  containedAt: Time,
  assessedAt: Time,
  endedAt: Time,
  compliesSince: Time,
  assessedSeverity: nullable(Type.String({ description: "a person's; null while nobody has assessed it" })),
  assessment: nullable(Assessment),
  decisions: Type.Object({ regulator: nullable(Type.String()), individuals: nullable(Type.String()) }),
  clocks: Type.Array(ClockAnswer),
  actions: Type.Array(ActionAnswer),
  mayBecome: Type.Array(Type.String({ description: 'an act that may be done now' })),
};
const CaseObject = Type.Object(CaseAnswer);
export type Case = Static<typeof CaseObject>;

/** When ICT was last asked to contain it; null where nobody has, or only before it was opened again. */
async function containmentAsked(db: Db, { organisation, id }: BreachView): Promise<number | null> {
  const last = await db
    .selectFrom('breach_events')
    .select(['type', 'at'])
    .where('organisation', '=', organisation)
    .where('breach', '=', id)
    .where('type', 'in', [CONTAINMENT_ASKED, 'reopened'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.type === CONTAINMENT_ASKED ? last.at : null;
}

/** The case of a breach as the API and the desk tell it. */
export async function caseOf(db: Db, breach: BreachView, now: number): Promise<Case> {
  return {
    category: breach.category,
    triage: breach.triage,
    owner: breach.owner,
    happenedAt: iso(breach.first_seen),
    detectedAt: breach.kind === 'person' ? null : iso(breach.opened_at),
    reportedAt: isoOrNull(breach.reported_at),
    awareAt: isoOrNull(breach.aware_at),
    notifiedAt: isoOrNull(breach.notified_at),
    acknowledgedAt: isoOrNull(breach.acknowledged_at),
    acknowledgedBy: breach.acknowledged_by,
    containmentAskedAt: isoOrNull(await containmentAsked(db, breach)),
    containedAt: isoOrNull(breach.contained_at),
    assessedAt: isoOrNull(breach.assessed_at),
    endedAt: isoOrNull(breach.ended_at),
    compliesSince: isoOrNull(breach.complies_since),
    assessedSeverity: breach.assessed_severity,
    assessment: breach.assessment === null ? null : (JSON.parse(breach.assessment) as Assessment),
    decisions: { regulator: breach.regulator_decision, individuals: breach.individuals_decision },
    clocks: await readClocks(db, breach, now),
    actions: (await actionsOf(db, breach)).map(presentAction),
    mayBecome: [...actsOpenTo(breach.status as BreachStatus)],
  };
}

/** Whose conduct it would be: the population of the device's holder, as the register has it. */
export async function populationOf(tx: Db | Tx, breach: Pick<BreachView, 'organisation' | 'device'>) {
  if (breach.device === null) return null;
  const row = await tx
    .selectFrom('devices')
    .select(['holder', 'population', 'groups'])
    .where('organisation', '=', breach.organisation)
    .where('id', '=', breach.device)
    .executeTakeFirst();
  if (row === undefined) return null;
  return asHeld(row, await registeredIn(tx, breach.organisation)).population as Population | null;
}
