import type { Judgement, Known } from '@beadle/shared';
import { hash } from 'node:crypto';
import { isKnown, stateDigest } from '@beadle/shared';
import type { Sql } from './store.ts';

/** A verdict as the device last stated it, by rule and subject. */
export interface StateRow {
  readonly rule: string;
  readonly subject: string;
  readonly clause: string;
  readonly check_name: string;
  readonly verdict: Judgement['verdict'];
  readonly reason: string | null;
  readonly severity: Judgement['severity'];
  readonly policy_version: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** JSON. */
  readonly observed: string;
}

export interface FactRow {
  readonly check_name: string;
  readonly at: number;
  readonly facts: string;
  readonly hash: string;
}

const EVENTS_REMEMBERED_MS = 90 * 86_400_000;

const prepare = (sql: Sql) => ({
  states: sql.prepare<[], StateRow>('select * from states order by rule, subject'),
  putState: sql.prepare(
    `insert into states (rule, subject, clause, check_name, verdict, reason, severity, policy_version, since, observed)
       values (@rule, @subject, @clause, @check_name, @verdict, @reason, @severity, @policy_version, @since, @observed)
       on conflict (rule, subject) do update set clause = excluded.clause, check_name = excluded.check_name,
       verdict = excluded.verdict, reason = excluded.reason, severity = excluded.severity,
       policy_version = excluded.policy_version, since = excluded.since, observed = excluded.observed`,
  ),
  dropState: sql.prepare('delete from states where rule = ? and subject = ?'),
  clearStates: sql.prepare('delete from states'),
  conditions: sql.prepare<[], { name: string; since: number }>('select name, since from conditions'),
  addCondition: sql.prepare('insert or ignore into conditions (name, since) values (?, ?)'),
  dropCondition: sql.prepare('delete from conditions where name = ?'),
  seen: sql.prepare<[string], { at: number }>('select at from events_seen where key = ?'),
  markSeen: sql.prepare(
    'insert into events_seen (key, at) values (?, ?) on conflict (key) do update set at = excluded.at',
  ),
  forgetSeen: sql.prepare('delete from events_seen where at < ?'),
  bookmark: sql.prepare<[string], { position: string; read_at: number }>(
    'select position, read_at from bookmarks where id = ?',
  ),
  putBookmark: sql.prepare(
    `insert into bookmarks (id, position, read_at) values (?, ?, ?)
       on conflict (id) do update set position = excluded.position, read_at = excluded.read_at`,
  ),
  putFacts: sql.prepare(
    `insert into facts (check_name, at, facts, hash) values (?, ?, ?, ?) on conflict (check_name)
       do update set at = excluded.at, facts = excluded.facts, hash = excluded.hash where hash <> excluded.hash`,
  ),
  facts: sql.prepare<[], FactRow>('select check_name, at, facts, hash from facts order by check_name'),
  unsentFacts: sql.prepare<[], FactRow>(
    'select check_name, at, facts, hash from facts where sent_hash is null or sent_hash <> hash order by check_name',
  ),
  markFactsSent: sql.prepare('update facts set sent_hash = ? where check_name = ?'),
  unsendFacts: sql.prepare('update facts set sent_hash = null'),
});

/** What the device remembers between cycles; every change is made within the outbox's transaction. */
export function createMemory(sql: Sql) {
  const statements = prepare(sql);
  return {
    states: () => statements.states.all(),
    putState: (row: StateRow) => void statements.putState.run(row),
    dropState: (rule: string, subject: string) => void statements.dropState.run(rule, subject),
    /** For a new generation: everything is stated and sent anew. */
    startAnew: () => {
      statements.clearStates.run();
      statements.unsendFacts.run();
    },
    digest: () =>
      stateDigest(
        statements.states.all().map(({ rule, subject, verdict, policy_version }) => ({
          rule,
          subject,
          verdict,
          policyVersion: policy_version,
        })),
      ),
    conditions: () => new Map(statements.conditions.all().map(({ name, since }) => [name, since])),
    addCondition: (name: string, since: number) => void statements.addCondition.run(name, since),
    dropCondition: (name: string) => void statements.dropCondition.run(name),
    seenAt: (key: string) => statements.seen.get(key)?.at,
    markSeen: (key: string, at: number) => void statements.markSeen.run(key, at),
    forgetOldEvents: (now: number) => void statements.forgetSeen.run(now - EVENTS_REMEMBERED_MS),
    bookmark: (id: string) => statements.bookmark.get(id),
    putBookmark: (id: string, position: string, now: number) => void statements.putBookmark.run(id, position, now),
    putFacts(check: string, facts: Known<unknown>, now: number): void {
      if (!isKnown(facts)) return;
      const text = JSON.stringify(facts.known);
      statements.putFacts.run(check, now, text, hash('sha256', text, 'hex'));
    },
    facts: () => statements.facts.all(),
    unsentFacts: () => statements.unsentFacts.all(),
    markFactsSent: (rows: readonly FactRow[]) =>
      rows.forEach((row) => statements.markFactsSent.run(row.hash, row.check_name)),
  };
}

export type Memory = ReturnType<typeof createMemory>;
