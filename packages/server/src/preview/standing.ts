import {
  checkNamed,
  coverageOf,
  type Judgement,
  modeOf,
  type Reason,
  type Rule,
  SERVER_JUDGED,
  type Verdict,
} from '@beadle/shared';
import type { FactsAge, FleetDevice } from './device.ts';
import type { ByRule } from './judge-policy.ts';

/** Why it is not known, beside the reasons of a device: it is old, it was never told, or only days of silence will tell. */
export type NotKnown = Reason | 'facts-old' | 'no-facts' | 'judged-on-server';

/** How a device stands to a rule. */
export interface Standing {
  readonly verdict: Verdict;
  /** Where it is not known. */
  readonly reason?: NotKnown | undefined;
  readonly states: readonly Judgement[];
  readonly events: readonly Judgement[];
}

const WEIGHT: Readonly<Record<Verdict, number>> = { fail: 4, unknown: 3, exempt: 2, pass: 1, 'not-applicable': 0 };
const NOTHING: Standing = { verdict: 'not-applicable', states: [], events: [] };

function decided(states: readonly Judgement[], events: readonly Judgement[]): Standing {
  const worst = states.reduce<Judgement | undefined>(
    (a, b) => (a === undefined || WEIGHT[b.verdict] > WEIGHT[a.verdict] ? b : a),
    undefined,
  );
  if (worst === undefined) return { ...NOTHING, events };
  const { verdict, reason = 'not-told' } = worst;
  return { verdict, states, events, ...(verdict === 'unknown' ? { reason } : {}) };
}

/** What the device itself said outranks what its facts come to, where the rule judges the same: it knows how long things last. */
function asTold(states: readonly Judgement[], rule: Rule, device: FleetDevice): readonly Judgement[] {
  const told = device.states.filter((state) => state.rule === rule.id);
  const subjects = new Set(told.map(({ subject }) => subject));
  const said = told.map(({ subject, verdict, reason, severity, since }): Judgement => {
    const state = { subject, kind: 'state', at: since, verdict, severity, observed: {} } as const;
    return reason === null ? state : { ...state, reason: reason as Reason };
  });
  return [...said, ...states.filter(({ subject }) => !subjects.has(subject))];
}

interface About {
  readonly device: FleetDevice;
  readonly age: FactsAge;
  /** What the rule finds is what the rule in force finds. */
  readonly judgesTheSame: boolean;
}

/** How a device stands to a rule by what was judged; not known, with the reason, where nothing tells of it. */
export function standingOf(rule: Rule | undefined, judged: ByRule, { device, age, judgesTheSame }: About): Standing {
  if (rule === undefined || modeOf(rule) === 'off') return NOTHING;
  if (rule.check !== 'agent-health' && coverageOf(rule.covers, device.context) === 'not-covered') return NOTHING;
  const all = judged.get(rule.id) ?? [];
  const events = all.filter(({ kind }) => kind === 'event');
  const notKnown = (reason: NotKnown): Standing => ({ verdict: 'unknown', reason, states: [], events });
  // Where a device called from is the server's own to know, whatever the device has told and however long ago.
  if (rule.check === 'location') return decided(all, []);
  if (SERVER_JUDGED.includes(rule.check)) return notKnown('judged-on-server');
  if (checkNamed(rule.check) !== undefined && !device.facts.has(rule.check)) return notKnown('no-facts');
  if (age === 'old') return notKnown('facts-old');
  const states = all.filter(({ kind }) => kind === 'state');
  return decided(judgesTheSame ? asTold(states, rule, device) : states, events);
}
