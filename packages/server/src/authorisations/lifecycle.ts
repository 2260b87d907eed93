import { after, type Duration, iso, type Role } from '@beadle/shared';
import type { CallerRole } from '../access.ts';
import { decidersFor, mayDecideFor } from './ranks.ts';
import type { SafetyReview, Status } from './schema.ts';
import { type YearCap, yearProblem } from './year.ts';

/**
 * The life of an authorisation:
 *
 *     requested ──► approved ──► revoked      (a person, with a reason; or its incident ends before it begins)
 *         │            └───────► lapsed       (its end has come: nobody does anything)
 *         ├───────► refused                   (with a reason; or its incident ends)
 *         └───────► withdrawn                 (by whoever asked)
 *
 * What has ended stays ended: whoever needs it again asks again.
 */
export interface Life {
  /** As stored; `standing` tells what it means now. */
  readonly status: string;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

/** What an authorisation is at a moment. From `validTo` on it has lapsed, as every device knows by itself. */
export const standing = ({ status, validTo }: Life, now: number): Status =>
  status === 'approved' && validTo <= now ? 'lapsed' : (status as Status);

const NEXT: Readonly<Record<Status, readonly Status[]>> = {
  requested: ['approved', 'refused', 'withdrawn'],
  approved: ['revoked', 'lapsed'],
  refused: [],
  withdrawn: [],
  revoked: [],
  lapsed: [],
};

export const mayBecome = (from: Status, to: Status): boolean => NEXT[from].includes(to);

/** One person under one name, however it is written. */
export const sameName = (a: string, b: string): boolean => nameKey(a) === nameKey(b);
export const nameKey = (name: string): string => name.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

/** What must hold for one to be approved, beside who approves it. */
export interface Asked extends Life {
  readonly requestedBy: string;
  /** Those whom it is for, the holders of the devices among them. */
  readonly people: readonly string[];
  readonly acceptedAt: number | null;
  readonly validFrom: number;
  /** Null where it hangs on none. */
  readonly incident: { readonly ref: string; readonly endedAt: number | null } | null;
  readonly safetyReview: SafetyReview | null;
  readonly demands: Demands;
  /** Null where the policy caps no days in a year. */
  readonly year: YearCap | null;
}

/** What the policy in force, or the kind where it says nothing, asks of this authorisation. */
export interface Demands {
  /** More than one where the rules or the people whom it is for ask for different ones; each must be served. */
  readonly roles: readonly Role[];
  readonly maximum: Duration;
  readonly minimum: Duration | null;
  /** Days of any 365 that one person or device may hold authorisations of the kind; null where nothing caps them. */
  readonly maximumInYear: number | null;
  readonly needsIncident: boolean;
  readonly needsSafetyReview: boolean;
}

export interface Refusal {
  readonly code: 'not-permitted' | 'conflict' | 'authorisation-incomplete';
  /** What to do about it, for whoever reads it. */
  readonly detail: string;
}

const incomplete = (detail: string): Refusal => ({ code: 'authorisation-incomplete', detail });

interface Person {
  readonly name: string;
  readonly role: CallerRole;
}

/** Why this person may not decide; undefined where they may. */
export function notTheirs(
  { requestedBy, people, demands }: Pick<Asked, 'requestedBy' | 'people' | 'demands'>,
  person: Person,
): Refusal | undefined {
  const no = (detail: string): Refusal => ({ code: 'not-permitted', detail });
  if (sameName(person.name, requestedBy)) return no('You asked for this yourself: another person has to decide.');
  if (people.some((name) => sameName(name, person.name)))
    return no('This is for you, or for a device that you hold: another person has to decide.');
  if (demands.roles.every((role) => mayDecideFor(role, person.role))) return undefined;
  const who = decidersFor(demands.roles[0] ?? 'siro').filter((role) =>
    demands.roles.every((demanded) => mayDecideFor(demanded, role)),
  );
  return no(
    who.length === 0
      ? `No single role may decide this (it takes ${demands.roles.join(' and ')}): ask for one authorisation for each.`
      : `The role ${person.role} may not decide this: it takes ${who.join(' or ')}.`,
  );
}

/** Why its times do not fit; undefined where they do. A moment's difference is nobody's concern, so ends are exact. */
export function timesProblem(
  { validFrom, validTo }: { readonly validFrom: number; readonly validTo: number },
  { maximum, minimum }: Demands,
): Refusal | undefined {
  if (validTo <= validFrom) return incomplete('Its end must come after its beginning.');
  const latest = after(validFrom, maximum);
  if (validTo > latest)
    return incomplete(
      `It may last ${maximum} at the most: let it end by ${iso(latest)}, and ask again if it is needed longer.`,
    );
  if (minimum !== null && validTo < after(validFrom, minimum))
    return incomplete(`It lasts ${minimum} at the least: let it end on or after ${iso(after(validFrom, minimum))}.`);
  return undefined;
}

/** Why it cannot be approved as it is, whoever approves it; undefined where it can. */
export function notReady(asked: Asked, now: number): Refusal | undefined {
  const { acceptedAt, validTo, incident, safetyReview, demands, year } = asked;
  if (acceptedAt === null)
    return incomplete('The risks have not been accepted: the person it is for has to accept them first.');
  if (validTo <= now) return incomplete('Its end has passed: ask for a new one.');
  const times = timesProblem(asked, demands);
  if (times !== undefined) return times;
  const tooMany = yearProblem(year);
  if (tooMany !== undefined) return incomplete(tooMany);
  if (demands.needsIncident && incident === null)
    return incomplete('This kind is given only for a declared incident: name the incident in a new request.');
  if (incident !== null && incident.endedAt !== null && incident.endedAt <= now)
    return incomplete(`The incident ${incident.ref} has ended.`);
  if (!demands.needsSafetyReview) return undefined;
  if (safetyReview === null)
    return incomplete(
      'The health and safety review of the place is missing: name its day in a new request (clause 5.2).',
    );
  return safetyReview.actionsRequired && safetyReview.actionsDone === undefined
    ? incomplete('The health and safety review found something to put right: say what was done about it (actionsDone).')
    : undefined;
}
