import Type, { type Static } from 'typebox';
import { CHECK_NAMES } from '../checks/registry.ts';
import { DEVICE_KINDS, POPULATIONS } from '../checks/check.ts';
import { RuleId } from '../findings/finding.ts';
import { Severity } from '../findings/verdict.ts';
import { Duration } from '../duration.ts';
import { PolicyDeadlines } from './deadlines.ts';
import { RoleName } from './roles.ts';

const Text = (maximum: number, description = 'text') => Type.String({ minLength: 1, maxLength: maximum, description });
/** `5.9` without quotes is a number in YAML, and `5.10` the same one as `5.1`. */
const Clause = Text(80, 'a clause in quotes, such as "5.9"');
const DateOnly = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'a date such as 2026-11-01' });
const closed = { additionalProperties: false } as const;

const Covers = Type.Object(
  {
    kinds: Type.Optional(
      Type.Array(Type.Enum([...DEVICE_KINDS]), { description: `a list of ${DEVICE_KINDS.join(', ')}`, minItems: 1 }),
    ),
    populations: Type.Optional(
      Type.Array(Type.Enum(['all', ...POPULATIONS]), {
        description: `a list of all, ${POPULATIONS.join(', ')}`,
        minItems: 1,
      }),
    ),
    groups: Type.Optional(Type.Array(Text(200), { description: 'a list of groups', minItems: 1 })),
    location: Type.Optional(Type.Enum(['any', 'on-site', 'off-site'], { description: 'any, on-site or off-site' })),
  },
  { ...closed, description: 'a mapping of kinds, populations, groups or location' },
);
export type Covers = Static<typeof Covers>;

const Exemption = Type.Object(
  {
    kind: RuleId,
    approver: RoleName,
    maximum: Duration,
    /** How many days of any 365 one person, or device, may hold authorisations of this kind (authorisations/days.ts). */
    maximumInYear: Type.Optional(
      Type.String({ pattern: '^P[0-9]{1,3}D$', description: 'whole days in any 365, such as P28D' }),
    ),
    /** Of removable media: only one that is seen to be encrypted is excused, whatever the authorisation says. */
    encryptedOnly: Type.Optional(Type.Literal(true, { description: 'true' })),
  },
  { ...closed, description: 'a mapping with kind, approver and maximum' },
);

export const Rule = Type.Object(
  {
    id: RuleId,
    clause: Clause,
    says: Text(2000),
    check: Type.Enum(CHECK_NAMES, { description: `a check, one of ${CHECK_NAMES.join(', ')}` }),
    /** Held against the named check's own parameters. */
    require: Type.Record(Type.String(), Type.Unknown(), { description: 'a mapping of the parameters of the check' }),
    severity: Severity,
    grace: Type.Optional(Duration),
    graceCounts: Type.Optional(Type.Enum(['calendar', 'connected'], { description: 'calendar or connected' })),
    mode: Type.Optional(Type.Enum(['observe', 'report', 'off'], { description: 'observe, report or off' })),
    duty: Type.Optional(Type.Enum(['ict', 'holder'], { description: 'ict or holder' })),
    remedy: Type.Optional(Text(2000)),
    covers: Type.Optional(Covers),
    exemptions: Type.Optional(Type.Array(Exemption, { description: 'a list of { kind, approver, maximum }' })),
  },
  { ...closed, description: 'a rule: a mapping with id, clause, says, check, require and severity' },
);
export type Rule = Static<typeof Rule>;

export const SERVED = ['procedure', 'record', 'response', 'part', 'later'] as const;
const UnservedClause = Type.Object(
  {
    clause: Clause,
    says: Text(2000),
    /** How it is kept where no rule serves it; `part` and `later` say what in `note`. */
    served: Type.Enum([...SERVED], { description: `one of ${SERVED.join(', ')}` }),
    note: Type.Optional(Text(500)),
  },
  { ...closed, description: 'a mapping with clause, says and served' },
);

const wholePolicy = { ...closed, description: 'a policy: a mapping that begins with beadlePolicy: 1' } as const;

/** A policy as a device knows it: by the deadlines of a breach the server alone goes. */
export const PolicyOfDevice = Type.Object(
  {
    beadlePolicy: Type.Literal(1, { description: '1' }),
    title: Text(200),
    organisation: Text(200),
    version: Type.String({ minLength: 1, maxLength: 80, description: 'a version in quotes, such as "2026.1"' }),
    effectiveFrom: DateOnly,
    reviewBy: DateOnly,
    reportTo: RoleName,
    /** Whom it is for, where another policy is for others; all, where nothing is said. */
    populations: Type.Optional(
      Type.Array(Type.Enum([...POPULATIONS]), {
        description: `a list of ${POPULATIONS.join(', ')}`,
        minItems: 1,
        uniqueItems: true,
      }),
    ),
    rules: Type.Array(Rule, { description: 'a list of rules' }),
    clauses: Type.Optional(Type.Array(UnservedClause, { description: 'a list of clauses' })),
  },
  wholePolicy,
);

export const PolicyDocument = Type.Object(
  {
    ...PolicyOfDevice.properties,
    /** The clocks of a breach; what is left out is as `DEFAULT_DEADLINES` has it. */
    deadlines: Type.Optional(PolicyDeadlines),
  },
  wholePolicy,
);
export type PolicyDocument = Static<typeof PolicyDocument>;
/** In how many days on end `maximumInYear` counts. */
export const YEAR_DAYS = 365;

/** The days of a `maximumInYear`, such as 28 of `P28D`. */
export const daysInYear = (maximumInYear: string): number => Number(maximumInYear.slice(1, -1));

export type Mode = NonNullable<Rule['mode']>;
export type Duty = NonNullable<Rule['duty']>;

/** `agent-health` applies without a rule; this is the rule it applies by. */
export const IMPLIED_AGENT_HEALTH: Rule = {
  id: 'agent-health',
  clause: 'Beadle',
  says: 'The agent on each device must be able to report, and its record must be whole.',
  check: 'agent-health',
  require: { chain: 'intact', clockSkewAtMost: 'PT10M', dropped: 'none' },
  severity: 'medium',
  mode: 'report',
  duty: 'ict',
  remedy: 'ICT must find out why the record of this device is broken, or why its clock is wrong.',
};

/** The rules in force, the implied one included, which a policy may sharpen but neither switch off nor narrow. */
export function rulesOf(policy: Pick<PolicyDocument, 'rules'>): readonly Rule[] {
  const own = policy.rules.some((rule) => rule.check === 'agent-health');
  const rules = policy.rules.map((rule) => (rule.check === 'agent-health' ? everywhere(rule) : rule));
  return own ? rules : [...rules, IMPLIED_AGENT_HEALTH];
}

function everywhere(rule: Rule): Rule {
  const whole = { ...rule };
  delete whole.covers;
  return whole.mode === 'off' ? { ...whole, mode: 'observe' } : whole;
}

export const modeOf = (rule: Rule): Mode => rule.mode ?? 'observe';
export const dutyOf = (rule: Rule): Duty => rule.duty ?? 'ict';
