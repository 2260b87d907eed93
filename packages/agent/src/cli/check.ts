import { readFileSync } from 'node:fs';
import {
  appearedEvents,
  evaluate,
  iso,
  known,
  onePerSubject,
  type PolicyDocument,
  type PolicyForDevice,
  REASONS,
  type RuleJudgement,
} from '@beadle/shared';
import { chassisKind } from '../collectors/chassis.ts';
import { contextOf } from '../cycle/context.ts';
import { observe } from '../cycle/observe.ts';
import { UsageError } from '../errors.ts';
import { loadEnrolment } from '../identity/identity.ts';
import { readKeptPolicy } from '../orders/policy.ts';
import { createMemory } from '../outbox/memory.ts';
import { openForReading } from '../outbox/store.ts';
import { type Command, DATA_OPTION, dataFolder, printJson, readOptions, say } from './command.ts';
import { systemClock } from './system.ts';

interface Kept {
  readonly enrolled: boolean;
  readonly policy: PolicyForDevice | undefined;
  /** When each timed condition was first seen. */
  readonly conditions: ReadonlyMap<string, number>;
}

const NOTHING_KEPT: Kept = { enrolled: false, policy: undefined, conditions: new Map() };

/** What the service on this device has kept; nothing where there is none. */
function readKept(data: string): Kept {
  const server = loadEnrolment(data);
  const sql = openForReading(data);
  if (server === undefined || sql === undefined) return NOTHING_KEPT;
  try {
    const kept = readKeptPolicy(sql, server, systemClock.now());
    const conditions = createMemory(sql).conditions();
    return { enrolled: true, policy: typeof kept === 'object' ? kept : undefined, conditions };
  } finally {
    sql.close();
  }
}

/** With a policy of its own the check needs nothing that was kept, and this user may not be allowed to read it. */
function readKeptIfAllowed(data: string): Kept {
  try {
    return readKept(data);
  } catch (error) {
    if (error instanceof UsageError) return NOTHING_KEPT;
    throw error;
  }
}

async function readPolicyFile(file: string): Promise<PolicyDocument> {
  const { readPolicy } = await import('@beadle/shared/policy/read');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`The policy ${file} cannot be read.`, { cause });
  }
  const reading = readPolicy(text);
  if (reading.ok) return reading.policy;
  throw new UsageError(
    reading.errors
      .map(({ line, column, path, expected }) => `${file}:${line}:${column}: ${path}: expected ${expected}`)
      .join('\n'),
  );
}

/** One cycle on this machine; nothing is kept and nothing is sent. */
async function judge(policy: PolicyDocument, kept: Kept): Promise<RuleJudgement[]> {
  const { thisMachine } = await import('./this-machine.ts');
  const machine = await thisMachine();
  const now = systemClock.now();
  const observed = await observe(machine.host, machine.collectors, now);
  const health = {
    enrolled: kept.enrolled,
    dropped: known(0),
    clockSkewMs: { unknown: 'nothing-to-compare' as const },
  };
  observed.set('agent-health', { facts: known(health), events: [] });
  const appeared = appearedEvents(observed, new Map(), now);
  const observations = new Map(
    [...observed].map(([check, { facts, events }]) => [
      check,
      { facts, events: [...events, ...(appeared.get(check) ?? [])] },
    ]),
  );
  const context = contextOf(kept.policy);
  const kind = context.kind ?? (await chassisKind(machine.host)) ?? 'laptop';
  return evaluate({ policy, device: { ...context, kind }, observations, since: kept.conditions, now });
}

function byRule(judgements: readonly RuleJudgement[]): RuleJudgement[] {
  const rules = [...new Set(judgements.map(({ rule }) => rule))];
  return rules.flatMap((rule) =>
    onePerSubject(judgements.filter((judgement) => judgement.rule === rule)).map((judgement) => ({
      ...judgement,
      rule,
    })),
  );
}

const toFinding = ({ rule, subject, kind, at, verdict, reason, severity, observed }: RuleJudgement) => ({
  rule: rule.id,
  clause: rule.clause,
  check: rule.check,
  subject,
  kind,
  at: iso(at),
  verdict,
  ...(reason === undefined ? {} : { reason, reasonText: REASONS[reason] }),
  severity,
  observed,
});

function inWords(judgement: RuleJudgement): string {
  const why = judgement.reason === undefined ? '' : ` (${REASONS[judgement.reason]})`;
  return `${judgement.verdict.padEnd(14)} ${judgement.rule.clause.padEnd(6)} ${judgement.rule.id}: ${judgement.subject}${why}`;
}

export const check: Command = {
  name: 'check',
  summary: 'one cycle on this device; keeps nothing and sends nothing',
  synopsis: '[--policy FILE] [--json] [--data DIR]',
  details: [
    'FILE is judged by whatever its dates; without it the policy that this device was given.',
    'A device that is in no register is what its firmware says; where that is silent it is judged as a laptop.',
    'Exit code 0: no failing verdict; 1: at least one fail; 2: usage or a bad policy.',
  ],
  async run(args) {
    const { values } = readOptions(args, { ...DATA_OPTION, policy: { type: 'string' }, json: { type: 'boolean' } });
    const data = dataFolder(values);
    const kept = values.policy === undefined ? readKept(data) : readKeptIfAllowed(data);
    const policy = values.policy === undefined ? kept.policy?.policy : await readPolicyFile(values.policy);
    if (policy === undefined)
      throw new UsageError('No policy is in force on this device: give one with --policy FILE.');
    const observedAt = iso(systemClock.now());
    const judgements = byRule(await judge(policy, kept));
    if (values.json === true) {
      const { title, version } = policy;
      printJson({
        policy: { title, version },
        platform: process.platform,
        observedAt,
        findings: judgements.map(toFinding),
      });
    } else judgements.map(inWords).forEach(say);
    return judgements.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
  },
};
