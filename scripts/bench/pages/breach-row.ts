import type { Insertable } from 'kysely';
import { UNTOUCHED } from '../../../packages/server/src/breaches/untouched.ts';
import type { BreachTable } from '../../../packages/server/src/db/schema.ts';
import { referenceOf } from '../../../packages/server/src/db/references.ts';
import { newId } from '../../../packages/server/src/ids.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import type { CouncilDevice } from './devices.ts';
import { type Dice, randomOf } from './dice.ts';
import { nameOf } from './people.ts';
import { type AboutRule, EVENT_RULES, RULES, STATE_RULES } from './rules.ts';
import { DAY_MS, SIZES } from './sizes.ts';

export type Breach = Insertable<BreachTable>;

type Told =
  | 'rule'
  | 'subject'
  | 'kind'
  | 'clause'
  | 'says'
  | 'remedy'
  | 'check_name'
  | 'duty'
  | 'severity'
  | 'observed';
type About = Pick<Breach, Told> & Partial<Pick<Breach, 'device' | 'category' | 'reported_at' | 'aware_at' | 'report'>>;

/** Who looks at the pages; some breaches implicate them, and are not there for them (invariant 7). */
export const VIEWER = 'Una Officer';
const OFFICERS = [VIEWER, 'Ann Officer', 'Bo Deputy'] as const;
const HOUR_MS = 3_600_000;

export const ASSESSMENT = {
  severity: 'high',
  factors: {
    type: 'Confidentiality.',
    sensitivity: 'Case files.',
    protection: 'None.',
    whatHappened: 'It was found again.',
    reveals: 'Names and addresses.',
    howMany: 'About forty.',
    who: 'Tenants.',
    harm: 'Not known.',
  },
  personalData: 'yes',
  riskLikely: 'no',
  highRisk: 'no',
  consequences: 'None are expected.',
  reasons: 'It was out of sight for an hour only.',
} as const;

const REPORT = {
  by: 'session:Sam Rivers',
  description: 'I left my bag on the train. The laptop and a folder were in it.',
  certainty: 'happened',
  place: 'travelling',
  information: 'Housing files.',
  personalData: 'yes',
  happenedAt: null,
};

const person = (at: number, rolled: Dice): About => ({
  rule: 'reported-by-a-person',
  subject: rolled.of(['A bag left on a train', 'An e-mail to the wrong address', 'A stranger in the office']),
  kind: 'person',
  clause: '4.1',
  says: 'Any suspected, potential or observed security breach must be reported promptly.',
  remedy: null,
  check_name: 'person',
  duty: 'holder',
  severity: rolled.of(['medium', 'high', 'critical']),
  category: rolled.of(['lost', 'stolen', null]),
  reported_at: at,
  aware_at: at,
  observed: '{}',
  report: JSON.stringify(REPORT),
});

const ofRule = (about: AboutRule, subject: string): About => ({
  rule: about.rule,
  subject,
  kind: about.kind,
  clause: about.clause,
  says: 'Laptops must be encrypted and routinely checked.',
  remedy: 'Connect the laptop to the council network and restart it.',
  check_name: about.check,
  duty: about.duty,
  severity: about.severity,
  observed: about.observed,
});

/** What people have done about it: most end by themselves, some are decided, assessed and closed. */
function fateOf(at: number, isOpen: boolean, kind: string, { fraction, below, of }: Dice): Partial<Breach> {
  const drawn = fraction();
  const told = { notified_at: at + 4000, aware_at: at + 4000 };
  const seen = { ...told, acknowledged_at: at + HOUR_MS, acknowledged_by: 'session:Ann Officer', owner: of(OFFICERS) };
  const confirmed = { ...seen, triage: 'confirmed', triaged_at: at + 2 * HOUR_MS };
  const assessed = {
    ...confirmed,
    contained_at: at + 3 * HOUR_MS,
    assessed_at: at + DAY_MS,
    assessed_severity: 'high',
    assessment: JSON.stringify(ASSESSMENT),
    regulator_decision: 'do-not-tell',
    individuals_decision: 'do-not-tell',
  };
  if (isOpen) {
    if (drawn < 0.5) return { ...told, status: 'suspected' };
    if (drawn < 0.8) return { ...seen, status: 'acknowledged' };
    return drawn < 0.95 ? { ...confirmed, status: 'confirmed' } : { ...assessed, status: 'assessed' };
  }
  const ended = { ended_at: at + DAY_MS + below(9 * DAY_MS) };
  if (kind === 'state' && drawn < 0.8) return { ...told, ...ended, status: 'restored' };
  if (drawn < 0.85) return { ...seen, ...ended, status: 'not-a-breach', triage: 'not-a-breach', triaged_at: at };
  return drawn < 0.95 ? { ...seen, ...ended, status: 'closed' } : { ...assessed, ...ended, status: 'closed' };
}

/** What a breach is about, and on which device: one in twenty was reported by a person. */
function aboutOf(at: number, devices: readonly CouncilDevice[], rolled: Dice): About {
  const device = devices[rolled.skewed(devices.length)] ?? null;
  if (rolled.percent(5)) return { device: rolled.percent(50) ? (device?.id ?? null) : null, ...person(at, rolled) };
  const about = rolled.of(rolled.percent(40) ? EVENT_RULES : rolled.percent(90) ? STATE_RULES : RULES);
  return { device: device?.id ?? null, ...ofRule(about, rolled.of(about.subjects)) };
}

const year = (at: number): string => new Date(at).toISOString().slice(0, 4);

/** The breach with this number, which was opened at `at`. */
export function breachRow(number: number, at: number, devices: readonly CouncilDevice[], rolled: Dice): Breach {
  const about = aboutOf(at, devices, rolled);
  const isOpen = number >= SIZES.breaches - SIZES.open;
  const concealed = rolled.percent(0.3) ? rolled.of([VIEWER, nameOf(1)]) : null;
  return {
    ...UNTOUCHED,
    device: null,
    organisation: ORGANISATION,
    id: newId(at, randomOf(rolled)),
    ref: referenceOf('breaches', year(at), number + 1),
    count: 1 + rolled.skewed(8),
    first_seen: at - 2000,
    last_seen: at + rolled.below(DAY_MS),
    opened_at: at,
    policy_version: '2026.1',
    ...about,
    ...fateOf(at, isOpen, about.kind, rolled),
    concealed_from: concealed === null ? null : JSON.stringify([concealed.toLowerCase()]),
  };
}
