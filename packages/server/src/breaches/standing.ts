import { dutyOf, modeOf } from '@beadle/shared';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { ruleOfFinding } from '../policies/store.ts';

/** How many devices fail a rule, and what becomes of it. */
export interface RuleStanding {
  readonly rule: string;
  readonly clause: string;
  /** As the version has it by which most of them were judged. */
  readonly mode: 'observe' | 'report' | 'off';
  readonly duty: 'ict' | 'holder';
  readonly severity: string;
  readonly failing: number;
  /** Of a rule that reports: devices that fail and for which there is no breach yet, because their grace has not ended. */
  readonly inGrace: number;
}

/** Failing devices by rule and version, and those of them without an open breach. */
const failingByVersion = (db: Db, organisation: string) =>
  db
    .selectFrom('states')
    .leftJoin('breaches', (join) =>
      join
        .onRef('breaches.organisation', '=', 'states.organisation')
        .onRef('breaches.device', '=', 'states.device')
        .onRef('breaches.rule', '=', 'states.rule')
        .onRef('breaches.subject', '=', 'states.subject')
        .on('breaches.kind', '=', 'state')
        .on('breaches.ended_at', 'is', null),
    )
    .select([
      'states.rule',
      'states.policy_version as policyVersion',
      sql<number>`count(distinct states.device)`.as('failing'),
      sql<number>`count(distinct case when breaches.id is null then states.device end)`.as('waiting'),
    ])
    .where('states.organisation', '=', organisation)
    .where('states.verdict', '=', 'fail')
    .groupBy(['states.rule', 'states.policy_version'])
    .orderBy('failing', 'desc')
    .orderBy('states.rule')
    .execute();

/** Findings that no breach tells of: those of rules that observe, and those in grace (grace hides nothing). */
export async function standingOfRules(db: Db, organisation: string, at: number): Promise<RuleStanding[]> {
  const standings = new Map<string, RuleStanding>();
  for (const row of await failingByVersion(db, organisation)) {
    const found = await ruleOfFinding(db, organisation, row, at);
    if (found === undefined) continue;
    const { rule } = found;
    const mode = modeOf(rule);
    const before = standings.get(rule.id);
    const { clause, severity } = rule;
    const first = { rule: rule.id, clause, mode, duty: dutyOf(rule), severity, failing: 0, inGrace: 0 };
    const base = before ?? first;
    standings.set(rule.id, {
      ...base,
      failing: base.failing + Number(row.failing),
      inGrace: base.inGrace + (mode === 'report' ? Number(row.waiting) : 0),
    });
  }
  return [...standings.values()];
}
