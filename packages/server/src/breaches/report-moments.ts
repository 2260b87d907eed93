import { iso, isoOrNull } from '@beadle/shared';
import Type, { type Static } from 'typebox';
import type { BreachView } from './read.ts';
import type { Decided } from './report-decided.ts';
import { membersOf } from './report-parsed.ts';
import type { ReportSources } from './report-sources.ts';

const closed = { additionalProperties: false } as const;
const Time = Type.Union([Type.String({ description: 'ISO 8601 in UTC' }), Type.Null()]);

/** One moment by each clock that has it; null where a clock does not. */
const Moment = Type.Object({ byDevice: Time, byServer: Time, byPerson: Time }, closed);
type Moment = Static<typeof Moment>;

export const MOMENTS = [
  'happened',
  'detected',
  'reported',
  'aware',
  'notified',
  'acknowledged',
  'triaged',
  'contained',
  'assessed',
  'regulatorTold',
  'individualsTold',
  'ended',
] as const;
export type MomentName = (typeof MOMENTS)[number];

export const Moments = Type.Object(
  Object.fromEntries(MOMENTS.map((name) => [name, Moment])) as Record<MomentName, typeof Moment>,
  closed,
);
export type Moments = Static<typeof Moments>;

/** Of Article 33: told within 72 hours of becoming aware. */
export const HOURS = 72;
const CLOCK_MS = HOURS * 3_600_000;

const STANDINGS = ['running', 'passed', 'told-in-time', 'told-late', 'not-to-be-told'] as const;

/** Where a clock of 72 hours stands; it never stops by itself. */
const Clock = Type.Object(
  {
    startsAt: Type.String(),
    endsAt: Type.String(),
    standing: Type.Enum([...STANDINGS], { description: `one of ${STANDINGS.join(', ')}` }),
  },
  closed,
);
export type Clock = Static<typeof Clock>;
export const Clocks = Type.Object(
  {
    fromAware: Type.Union([Clock, Type.Null()]),
    /** The stricter one: from the first report by a person. */
    fromReported: Type.Union([Clock, Type.Null()]),
  },
  closed,
);
export type Clocks = Static<typeof Clocks>;

const server = (time: number | null | undefined): Moment => ({
  byDevice: null,
  byServer: isoOrNull(time ?? null),
  byPerson: null,
});
const person = (time: string | null): Moment => ({ byDevice: null, byServer: null, byPerson: time });

/** A person's report may say when it happened; what a device saw has its clock, and what only the server judged the server's. */
function happened({ breach, first }: ReportSources): Moment {
  if (breach.kind === 'person') {
    const said = membersOf(breach.report)['happenedAt'];
    return person(typeof said === 'number' ? iso(said) : null);
  }
  return first === undefined ? server(breach.first_seen) : { ...server(null), byDevice: iso(breach.first_seen) };
}

function detected({ breach, first }: ReportSources): Moment {
  if (breach.kind === 'person') return server(null);
  return first === undefined ? server(breach.opened_at) : { ...server(first.received_at), byDevice: iso(first.at) };
}

const aware = ({ aware_at: at, aware_by: by }: BreachView): Moment =>
  by === null ? server(at) : person(isoOrNull(at));

/** When somebody was told, as the decision that holds has it. */
const told = ({ decisions }: Decided, about: string): string | null =>
  decisions.find((decision) => decision.about === about && decision.holds && decision.decision === 'tell')?.toldAt ??
  null;

export function momentsOf(sources: ReportSources, decided: Decided): Moments {
  const { breach } = sources;
  return {
    happened: happened(sources),
    detected: detected(sources),
    reported: server(breach.reported_at),
    aware: aware(breach),
    notified: server(breach.notified_at),
    acknowledged: server(breach.acknowledged_at),
    triaged: server(breach.triaged_at),
    contained: server(breach.contained_at),
    assessed: server(breach.assessed_at),
    regulatorTold: person(told(decided, 'regulator')),
    individualsTold: person(told(decided, 'individuals')),
    ended: server(breach.ended_at),
  };
}

function clockFrom(start: number | null, { breach, now }: ReportSources, toldAt: string | null): Clock | null {
  if (start === null) return null;
  const end = start + CLOCK_MS;
  const standing = (): Clock['standing'] => {
    if (toldAt !== null) return Date.parse(toldAt) <= end ? 'told-in-time' : 'told-late';
    if (breach.regulator_decision === 'do-not-tell') return 'not-to-be-told';
    return now <= end ? 'running' : 'passed';
  };
  return { startsAt: iso(start), endsAt: iso(end), standing: standing() };
}

export function clocksOf(sources: ReportSources, decided: Decided): Clocks {
  const { aware_at: awareAt, reported_at: reportedAt } = sources.breach;
  const toldAt = told(decided, 'regulator');
  return {
    fromAware: clockFrom(awareAt, sources, toldAt),
    fromReported: clockFrom(reportedAt, sources, toldAt),
  };
}
