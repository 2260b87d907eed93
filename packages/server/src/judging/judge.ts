import {
  ContactRequire,
  type ContactTime,
  coverageOf,
  type DeviceContext,
  type DeviceKind,
  judgeContact,
  judgeCountry,
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

export interface ServerJudgement extends Part {
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

/** `device` as its last check-in left it. */
export function wantedOf(rules: readonly Rule[], device: DeviceRow): Wanted {
  const context = contextOf(device);
  // Whether it came to the office is asked of a device whichever network it is on now.
  const covers = ({ covers: given }: Rule, check: string) =>
    coverageOf(check === 'contact' ? { ...given, location: 'any' } : given, context) !== 'not-covered';
  const asking = (check: string) => rules.filter((rule) => rule.check === check && covers(rule, check));
  return {
    country: asking('location').length > 0,
    officeVisits: asking('contact').some(({ require }) => 'officeVisitAtMost' in require),
  };
}

const latest = (...times: readonly (number | null)[]): number | null => {
  const told = times.filter((time) => time !== null);
  return told.length === 0 ? null : Math.max(...told);
};

function judgeRule({ check, require }: Rule, device: DeviceRow, context: DeviceContext, time: ContactTime): Part {
  if (device.generation === 0) return { verdict: 'not-applicable', reason: 'not-enrolled' };
  if (check === 'location') return judgeCountry(Value.Parse(LocationRequire, require), device.country);
  const { state, inServiceSince } = stateAt(device, time.now);
  const facts = {
    state,
    inServiceSince,
    lastContact: latest(device.last_contact_at, device.enrolled_at, device.created_at),
    lastOfficeVisit: device.last_office_at,
    onCouncilNetwork: context.onCouncilNetwork,
    visitsNotedSince: device.visits_noted_since,
  };
  return judgeContact(Value.Parse(ContactRequire, require), facts, time);
}

/** How each of the rules stands on a device now: pure, but for the clock that it is given. */
export function judgeDevice(rules: readonly Rule[], device: DeviceRow, time: ContactTime): ServerJudgement[] {
  const context = contextOf(device);
  return rules.map((rule) => {
    const coverage = coverageOf(rule.covers, context);
    if (coverage === 'not-covered') return { rule, verdict: 'not-applicable', reason: 'not-covered' };
    if (coverage === 'cannot-tell') return { rule, verdict: 'unknown', reason: 'nothing-to-compare' };
    return { rule, ...judgeRule(rule, device, context, time) };
  });
}
