import {
  checkNamed,
  dutyOf,
  modeOf,
  type Mode,
  type Rule,
  SEVERITIES,
  type Severity,
  type Verdict,
  VERDICTS,
} from '@beadle/shared';
import type { BreachAhead } from './ahead.ts';
import type { DeviceOutcome, RuleOutcome } from './judge.ts';
import type { Plan } from './plan.ts';

type BySeverity = Record<Severity, number>;
type ByVerdict = Record<Verdict, number>;

interface Happenings {
  events: number;
  /** Breaches that they would have been: those of one device about one subject are one. */
  breaches: number;
}

/** What a rule would change, in counts of devices but where it says otherwise. Plain data, so that it can be kept as JSON. */
export interface RuleTally {
  rule: string;
  clause: string;
  says: string;
  check: string;
  severity: Severity;
  duty: 'ict' | 'holder';
  /** Null where the rule is not in that policy. */
  mode: { before: Mode | null; after: Mode | null };
  before: ByVerdict;
  after: ByVerdict;
  /** By `pass>fail`. */
  changes: Record<string, number>;
  /** Why it is not known for how many. */
  unknown: Record<string, number>;
  /** Breaches that would be new, by when: grace over already, over within a week, or later. */
  breaches: Record<BreachAhead['when'], BySeverity>;
  /** Open breaches that would end. */
  ends: number;
  /** What happened in the last 7 and 28 days that would have been a new breach. */
  events: { week: Happenings; month: Happenings };
  /** How much of what happened is known: nothing where no rule of the check looked; what was allowed is never told. */
  history: 'none' | 'part' | null;
  /** Devices on the list of those that change. */
  listed: number;
}

export interface Tally {
  /** Enrolled devices, and those of them whose policy this would be. */
  devices: number;
  concerned: number;
  /** With a verdict that changes. */
  changed: number;
  /** Not heard from for longer than facts may be old. */
  old: number;
  withoutFacts: number;
  rules: Record<string, RuleTally>;
}

const zeros = <K extends string>(names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;

export const emptyTally = (): Tally => ({ devices: 0, concerned: 0, changed: 0, old: 0, withoutFacts: 0, rules: {} });

function emptyRule({ before, after }: { before?: Rule | undefined; after?: Rule | undefined }): RuleTally | undefined {
  const rule = after ?? before;
  if (rule === undefined) return undefined;
  const { id, clause, says, check, severity } = rule;
  return {
    rule: id,
    clause,
    says,
    check,
    severity,
    duty: dutyOf(rule),
    mode: { before: before === undefined ? null : modeOf(before), after: after === undefined ? null : modeOf(after) },
    before: zeros(VERDICTS),
    after: zeros(VERDICTS),
    changes: {},
    unknown: {},
    breaches: { atOnce: zeros(SEVERITIES), firstWeek: zeros(SEVERITIES), later: zeros(SEVERITIES) },
    ends: 0,
    events: { week: { events: 0, breaches: 0 }, month: { events: 0, breaches: 0 } },
    history: checkNamed(check)?.identify === undefined ? null : 'none',
    listed: 0,
  };
}

const bump = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** The rule's place in the tally, made where it is not there yet, so that a rule that concerns nobody is listed too. */
function placeOf(tally: Tally, plan: Plan, id: string): RuleTally | undefined {
  const known = tally.rules[id];
  if (known !== undefined) return known;
  const planned = plan.rules.get(id);
  const made = planned === undefined ? undefined : emptyRule(planned);
  if (made !== undefined) tally.rules[id] = made;
  return made;
}

function addEvents(to: RuleTally, { events }: RuleOutcome): void {
  for (const [span, within] of [
    ['week', events.filter((event) => event.inWeek)],
    ['month', events],
  ] as const) {
    to.events[span].events += within.length;
    to.events[span].breaches += new Set(within.map(({ subject }) => subject)).size;
  }
}

function addRule(to: RuleTally, outcome: RuleOutcome): void {
  to.before[outcome.before] += 1;
  to.after[outcome.after] += 1;
  if (outcome.before !== outcome.after) bump(to.changes, `${outcome.before}>${outcome.after}`);
  if (outcome.reason !== undefined) bump(to.unknown, outcome.reason);
  for (const { when, severity } of outcome.breaches) to.breaches[when][severity] += 1;
  to.ends += outcome.ends;
  addEvents(to, outcome);
}

/** A device of a population whose policy would be this. */
export function addDevice(tally: Tally, plan: Plan, outcome: DeviceOutcome): void {
  tally.devices += 1;
  if (outcome.age === 'old') tally.old += 1;
  if (outcome.age === 'none') tally.withoutFacts += 1;
  if (!plan.concerned) return;
  tally.concerned += 1;
  if (outcome.rules.some(({ before, after }) => before !== after)) tally.changed += 1;
  for (const one of outcome.rules) {
    const place = placeOf(tally, plan, one.rule);
    if (place === undefined) continue;
    if (place.history === 'none' && plan.looked.has(place.check)) place.history = 'part';
    addRule(place, one);
  }
}
