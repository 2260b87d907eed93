import {
  type Authorisation,
  ContactRequire,
  type ContactTime,
  coverageOf,
  type DeviceContext,
  DEVICE_SUBJECT,
  type DeviceKind,
  excused,
  judgeContact,
  judgeCountry,
  type Judgement,
  known,
  LocationRequire,
  modeOf,
  type Part,
  type PolicyDocument,
  type Population,
  type Rule,
  rulesOf,
  SERVER_JUDGED,
  unknown,
} from '@beadle/shared';
import Value from 'typebox/value';
import type { DeviceRow } from '../devices/read.ts';
import { stateAt } from '../devices/state.ts';
import { isPaused } from '../orders/pauses/pauses.ts';

export interface ServerJudgement extends Judgement {
  readonly rule: Rule;
}

/** Rules in force that only the server can judge. */
export const serverRules = (policy: PolicyDocument | undefined): readonly Rule[] =>
  policy === undefined
    ? []
    : rulesOf(policy).filter((rule) => SERVER_JUDGED.includes(rule.check) && modeOf(rule) !== 'off');

const contextOf = (device: DeviceRow): DeviceContext => ({
  kind: device.kind as DeviceKind,
  population: device.population as Population | null,
  groups: JSON.parse(device.groups) as string[],
  onCouncilNetwork:
    device.on_council_network === null ? unknown('location-unknown') : known(device.on_council_network === 1),
  register: null,
  registeredSticks: null,
});

/** What the rules want noted of a device's calls; what none wants is not looked at and not kept (invariant 10). */
export interface Wanted {
  readonly country: boolean;
  readonly officeVisits: boolean;
}

/** `device` as its last check-in left it, at `now` (milliseconds). While it is paused nothing new is looked at. */
export function wantedOf(rules: readonly Rule[], device: DeviceRow, now: number): Wanted {
  const context = contextOf(device);
  // Whether it came to the office is asked of a device whichever network it is on now.
  const covers = ({ covers: given }: Rule, check: string) =>
    coverageOf(check === 'contact' ? { ...given, location: 'any' } : given, context) !== 'not-covered';
  const asking = (check: string) => rules.filter((rule) => rule.check === check && covers(rule, check));
  return {
    country: !isPaused(device, now) && asking('location').length > 0,
    officeVisits: asking('contact').some(({ require }) => 'officeVisitAtMost' in require),
  };
}

const latest = (...times: readonly (number | null)[]): number | null => {
  const told = times.filter((time) => time !== null);
  return told.length === 0 ? null : Math.max(...told);
};

/** That a device calls goes on to be seen while it is paused, and nothing else. */
const PAUSED: Part = { verdict: 'unknown', reason: 'paused' };

function judgeRule(rule: Rule, device: DeviceRow, context: DeviceContext, time: ContactTime): Part {
  if (device.generation === 0) return { verdict: 'not-applicable', reason: 'not-enrolled' };
  const paused = isPaused(device, time.now);
  if (rule.check === 'location' && paused) return PAUSED;
  if (rule.check === 'location') return judgeLocation(rule, device.country);
  const { state, inServiceSince } = stateAt(device, time.now);
  const facts = {
    state,
    inServiceSince,
    lastContact: latest(device.last_contact_at, device.enrolled_at, device.created_at),
    lastOfficeVisit: device.last_office_at,
    onCouncilNetwork: context.onCouncilNetwork,
    visitsNotedSince: device.visits_noted_since,
  };
  const require = Value.Parse(ContactRequire, rule.require);
  if (!paused || require.officeVisitAtMost === undefined) return judgeContact(require, facts, time);
  const { officeVisitAtMost: _unseen, ...silence } = require;
  const part = judgeContact(silence, facts, time);
  return part.verdict === 'pass' ? PAUSED : part;
}

/**
 * How a rule that only the server judges stands on a device at `now`: whether it covers it, what `judge` says, and what
 * excuses that, by the same rules as on a device (`excused`).
 */
export function standOf(
  rule: Rule,
  context: DeviceContext,
  { now, authorisations }: { readonly now: number; readonly authorisations: readonly Authorisation[] },
  judge: () => Part,
): Judgement {
  const base = { subject: DEVICE_SUBJECT, kind: 'state', at: now, severity: rule.severity, observed: {} } as const;
  const coverage = coverageOf(rule.covers, context);
  if (coverage === 'not-covered') return { ...base, verdict: 'not-applicable', reason: 'not-covered' };
  if (coverage === 'cannot-tell') return { ...base, verdict: 'unknown', reason: 'nothing-to-compare' };
  return excused(rule, { ...base, ...judge() }, authorisations, now);
}

/** The country that a device last called from, held against a rule. */
export const judgeLocation = ({ require }: Rule, country: string | null): Part =>
  judgeCountry(Value.Parse(LocationRequire, require), country);

/** How each of the rules stands on a device now: pure, but for the clock that it is given. */
export function judgeDevice(
  rules: readonly Rule[],
  device: DeviceRow,
  time: ContactTime,
  authorisations: readonly Authorisation[],
): ServerJudgement[] {
  const context = contextOf(device);
  const about = { now: time.now, authorisations };
  return rules.map((rule) => ({
    rule,
    ...standOf(rule, context, about, () => judgeRule(rule, device, context, time)),
  }));
}

/** Whether anything that a device fails could be excused, so that its authorisations have to be looked at. */
export const needsExcuse = (rules: readonly Rule[], device: DeviceRow, time: ContactTime): boolean =>
  judgeDevice(
    rules.filter(({ exemptions = [] }) => exemptions.length > 0),
    device,
    time,
    [],
  ).some(({ verdict }) => verdict === 'fail');
