import { dutyOf, modeOf } from '@beadle/shared';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { ruleOfFinding } from '../policies/rule-of-finding.ts';

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
  /** Devices on which something happened in the last 7 days that the rule forbids. */
  readonly happened: number;
}

/** As the index has it by which there is one (`breaches_one_open`): without these words SQLite does not know it. */
const AS_INDEXED = sql<boolean>`breaches.ended_at is null and breaches.device is not null and breaches.kind <> 'person'`;

/** Failing devices by rule and version, as they say or as the server judged, and those of them without an open breach. */
const failingByVersion = (db: Db, organisation: string, table: 'states' | 'judged_states') =>
  db
    .selectFrom(
      db
        .selectFrom(table)
        .select(['organisation', 'device', 'rule', 'subject', 'policy_version', 'verdict'])
        .as('states'),
    )
    .leftJoin('breaches', (join) =>
      join
        .onRef('breaches.organisation', '=', 'states.organisation')
        .onRef('breaches.device', '=', 'states.device')
        .onRef('breaches.rule', '=', 'states.rule')
        .onRef('breaches.subject', '=', 'states.subject')
        .on('breaches.kind', '=', 'state')
        .on(AS_INDEXED),
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

const WEEK_MS = 7 * 86_400_000;

/**
 * Devices on which something forbidden happened of late, by rule and version: device by device, as events are indexed.
 * SQLite takes the tables of a cross join in this order (its lang_select.html, 2.1), and would else look through the week.
 */
const happenedByVersion = (db: Db, organisation: string, since: number) =>
  db
    .selectFrom('devices')
    .crossJoin('findings')
    .select([
      'findings.rule',
      'findings.policy_version as policyVersion',
      sql<number>`count(distinct findings.device)`.as('happened'),
    ])
    .where('devices.organisation', '=', organisation)
    .where('findings.organisation', '=', organisation)
    .whereRef('findings.device', '=', 'devices.id')
    .where('findings.received_at', '>=', since)
    .where('findings.kind', '=', sql.lit('event'))
    .where('findings.verdict', '=', 'fail')
    .groupBy(['findings.rule', 'findings.policy_version'])
    .execute();

/** Findings that no breach tells of: those of rules that observe, and those in grace (grace hides nothing). */
export async function standingOfRules(db: Db, organisation: string, at: number): Promise<RuleStanding[]> {
  const standings = new Map<string, RuleStanding>();
  const rows = [
    ...(await failingByVersion(db, organisation, 'states')),
    ...(await failingByVersion(db, organisation, 'judged_states')),
    ...(await happenedByVersion(db, organisation, at - WEEK_MS)),
  ];
  for (const row of rows) {
    const found = await ruleOfFinding(db, organisation, row, at);
    if (found === undefined) continue;
    const { rule } = found;
    const { id, clause, severity } = rule;
    const about = { rule: id, clause, mode: modeOf(rule), duty: dutyOf(rule), severity };
    const before = standings.get(id) ?? { ...about, failing: 0, inGrace: 0, happened: 0 };
    const { failing, waiting, happened } = { failing: 0, waiting: 0, happened: 0, ...row };
    standings.set(id, {
      ...before,
      failing: before.failing + failing,
      inGrace: before.inGrace + (about.mode === 'report' ? waiting : 0),
      happened: before.happened + happened,
    });
  }
  return [...standings.values()];
}
