import { BREACH_KINDS, type BreachKind, deadlinesOf, iso, type Severity } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { Db, Tx } from '../../db/database.ts';
import { type ClockedBreach, clocksOf, type ExternalDecision, type Timing } from '../../deadlines/breach-clocks.ts';
import { workingCalendar } from '../../deadlines/calendar.ts';
import { readOrganisation } from '../../organisation/store.ts';
import { generalPolicy } from '../../policies/store.ts';
import type { Decision } from '../life/decisions.ts';
import type { BreachRow } from '../store.ts';

/** The clocks that the policy in force sets, by the council's calendar. */
export async function timingOf(db: Db | Tx, organisation: string, now: number): Promise<Timing> {
  const policy = await generalPolicy(db, organisation, now);
  const { settings } = await readOrganisation(db, organisation);
  return { deadlines: deadlinesOf(policy?.document ?? {}), calendar: workingCalendar(settings.calendar) };
}

const isKind = (text: string | null): text is BreachKind => (BREACH_KINDS as readonly (string | null)[]).includes(text);

/** What the desk calls the regulator is the deadline of Article 33. */
const ABOUT: Readonly<Record<string, string>> = { regulator: 'article-33' };

function decisionOf({ at, detail }: { readonly at: number; readonly detail: string }): ExternalDecision {
  const { about, decision, toldAt } = JSON.parse(detail) as Decision;
  const of = ABOUT[about] ?? about;
  if (toldAt !== undefined) return { about: of, at: Date.parse(toldAt), outcome: 'told' };
  return { about: of, at, outcome: decision === 'tell' ? 'to-be-told' : 'not-to-be-told' };
}

/** A breach as its clocks go by it: by when somebody acknowledges it is set before any person has assessed it. */
export const clockedOf = (breach: BreachRow, decisions: readonly ExternalDecision[] = []): ClockedBreach => ({
  severity: breach.severity as Severity,
  kind: isKind(breach.category) ? breach.category : null,
  reportedAt: breach.reported_at,
  awareAt: breach.aware_by === null ? null : breach.aware_at,
  notifiedAt: breach.notified_at,
  acknowledgedAt: breach.acknowledged_at,
  confirmedBy: breach.triage === 'confirmed' ? 'a person' : null,
  decisions,
});

export const ClockAnswer = Type.Object({
  name: Type.String({ description: 'acknowledgement, or a deadline of the policy such as article-33' }),
  reading: Type.String({ description: 'from which moment it is counted: notified, aware or reported' }),
  from: Type.String(),
  due: Type.String(),
  state: Type.String({ description: 'running, met or missed' }),
});
export type ClockAnswer = Static<typeof ClockAnswer>;

/**
 * Whether the law's clocks are of any concern: to what a person reported or confirmed, unless its assessment says that no
 * personal data is involved. A laptop without its updates is no personal data breach.
 */
export function concernsPeople({
  kind,
  triage,
  assessment,
}: Pick<BreachRow, 'kind' | 'triage' | 'assessment'>): boolean {
  if (assessment !== null) return (JSON.parse(assessment) as { personalData: string }).personalData !== 'no';
  return triage === 'confirmed' || (kind === 'person' && triage === null);
}

/** The clocks of a breach as the desk and the API tell them. */
export async function readClocks(db: Db, breach: BreachRow, now: number): Promise<ClockAnswer[]> {
  const events = await db
    .selectFrom('breach_events')
    .select(['at', 'detail'])
    .where('organisation', '=', breach.organisation)
    .where('breach', '=', breach.id)
    .where('type', '=', 'decided')
    .orderBy('sequence')
    .execute();
  const timing = await timingOf(db, breach.organisation, now);
  const lawful = concernsPeople(breach);
  return clocksOf(clockedOf(breach, events.map(decisionOf)), timing, now)
    .filter(({ name }) => name === 'acknowledgement' || lawful)
    .map(({ name, reading, from, due, state }) => ({ name, reading, from: iso(from), due: iso(due), state }));
}
