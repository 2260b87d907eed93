import Type, { type Static } from 'typebox';
import { after, Duration } from '../duration.ts';
import { isKnown, type Known, type Reason } from '../findings/verdict.ts';
import { combineParts, type Part } from './combine.ts';

/** What a change of the register can say of a device. Only one in service is expected to call. */
export const SETTABLE_STATES = ['in-service', 'in-store', 'in-repair', 'quiet'] as const;
/** What ICT says of a device; that one has left service is an act of its own. */
export const DEVICE_STATES = [...SETTABLE_STATES, 'left-service'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export const ContactRequire = Type.Object(
  { checkInAtMost: Type.Optional(Duration), officeVisitAtMost: Type.Optional(Duration) },
  { additionalProperties: false },
);
export type ContactRequire = Static<typeof ContactRequire>;

/** What the server knows of a device's calls. Times in milliseconds since the epoch. */
export interface ContactFacts {
  /** As it is now: a device that was to be quiet until a day that has come is in service. */
  readonly state: DeviceState;
  /** Since when it is in service again, if it was not. */
  readonly inServiceSince: number | null;
  /** Its last check-in or enrolment; null where it has never been enrolled. */
  readonly lastContact: number | null;
  /** When it last said that it was on the council's network; null for never. */
  readonly lastOfficeVisit: number | null;
  /** What it said of that at its last check-in. */
  readonly onCouncilNetwork: Known<boolean>;
  /** Since when a rule asks this device for visits, which are not noted before; null where it has not called since. */
  readonly visitsNotedSince: number | null;
}

export interface ContactTime {
  readonly now: number;
  /** Milliseconds between two moments in which the server could be reached: a server that was away counts nothing. */
  readonly counted: (from: number, to: number) => number;
}

const NOT_EXPECTED = {
  'in-store': 'in-store',
  'in-repair': 'in-repair',
  quiet: 'quiet',
  'left-service': 'left-service',
} as const satisfies Record<Exclude<DeviceState, 'in-service'>, Reason>;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

type Exceeds = (to: number) => boolean;

/** Whether more than `atMost` of counted time lies between a beginning and a moment. */
const exceeding =
  (from: number, atMost: Duration, { counted }: ContactTime): Exceeds =>
  (to) =>
    to > from && counted(from, to) > after(from, atMost) - from;

function checkIn(atMost: Duration, lastContact: number, from: number, time: ContactTime): Part {
  if (!exceeding(from, atMost, time)(time.now)) return { verdict: 'pass' };
  return { verdict: 'fail', observed: { lastContact: dayOf(lastContact), checkInAtMost: atMost } };
}

/** A visit that nobody can have heard of is not one that did not happen: silence makes this unknown, not a failure. */
function officeVisit(atMost: Duration, lastContact: number, facts: ContactFacts, time: ContactTime): Part {
  const noted = facts.lastOfficeVisit ?? facts.visitsNotedSince;
  if (noted === null) return { verdict: 'unknown', reason: 'not-heard-from' };
  const from = Math.max(noted, facts.inServiceSince ?? 0);
  const exceeded = exceeding(from, atMost, time);
  if (!exceeded(time.now)) return { verdict: 'pass' };
  const seen = facts.lastOfficeVisit === null ? null : dayOf(facts.lastOfficeVisit);
  const observed = { lastOfficeVisit: seen, officeVisitAtMost: atMost };
  if (!isKnown(facts.onCouncilNetwork)) return { verdict: 'unknown', reason: 'not-told', observed };
  return exceeded(lastContact)
    ? { verdict: 'fail', observed }
    : { verdict: 'unknown', reason: 'not-heard-from', observed };
}

/**
 * Whether a device calls, and comes to the council's network, as often as a rule asks: pure. Time counts from the last
 * contact or visit, or from when the device was put into service again, whichever is later.
 */
export function judgeContact(require: ContactRequire, facts: ContactFacts, time: ContactTime): Part {
  const { state, lastContact, inServiceSince } = facts;
  if (lastContact === null) return { verdict: 'not-applicable', reason: 'not-enrolled' };
  if (state !== 'in-service') return { verdict: 'not-applicable', reason: NOT_EXPECTED[state] };
  const { checkInAtMost, officeVisitAtMost } = require;
  const parts: Part[] = [{ verdict: 'pass' }];
  if (checkInAtMost !== undefined)
    parts.push(checkIn(checkInAtMost, lastContact, Math.max(lastContact, inServiceSince ?? 0), time));
  if (officeVisitAtMost !== undefined) parts.push(officeVisit(officeVisitAtMost, lastContact, facts, time));
  return combineParts(parts);
}
