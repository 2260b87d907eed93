import { FindingBody, iso, LIMITS, type Random, type VersionedJudgement } from '@beadle/shared';
import Value from 'typebox/value';
import type { Memory, StateRow } from '../outbox/memory.ts';

export type Body = Omit<FindingBody, 'salt'>;

const SUBJECT_LENGTH = 300;

/**
 * The bytes that the chain covers: the finding with 128 random bits in it. What was observed is left out where it does
 * not fit the form: a body that the server must refuse would stand in the way of every one behind it.
 */
export function writeBody(body: Body, random: Random): Uint8Array {
  const salt = Buffer.from(random.bytes(16)).toString('base64url');
  const whole: FindingBody = { salt, ...body, subject: body.subject.slice(0, SUBJECT_LENGTH) };
  const fits = Value.Check(FindingBody, whole) && JSON.stringify(whole).length <= LIMITS.bodyBytes / 4;
  return Buffer.from(JSON.stringify(fits ? whole : { ...whole, observed: { leftOut: true } }));
}

const toBody = (judgement: VersionedJudgement): Body => ({
  rule: judgement.rule.id,
  clause: judgement.rule.clause,
  check: judgement.rule.check,
  subject: judgement.subject,
  kind: judgement.kind,
  at: iso(judgement.at),
  verdict: judgement.verdict,
  ...(judgement.reason === undefined ? {} : { reason: judgement.reason }),
  severity: judgement.severity,
  observed: judgement.observed,
  policyVersion: judgement.policyVersion,
});

export const stateBody = (row: StateRow): Body => ({
  rule: row.rule,
  clause: row.clause,
  check: row.check_name,
  subject: row.subject,
  kind: 'state',
  at: iso(row.since),
  verdict: row.verdict,
  ...(row.reason === null ? {} : { reason: row.reason as NonNullable<Body['reason']> }),
  severity: row.severity,
  observed: JSON.parse(row.observed) as Body['observed'],
  policyVersion: row.policy_version,
});

const toRow = (judgement: VersionedJudgement, since: number): StateRow => ({
  rule: judgement.rule.id,
  subject: judgement.subject,
  clause: judgement.rule.clause,
  check_name: judgement.rule.check,
  verdict: judgement.verdict,
  reason: judgement.reason ?? null,
  severity: judgement.severity,
  policy_version: judgement.policyVersion,
  since,
  observed: JSON.stringify(judgement.observed),
});

/** By which authorisation it is exempt: one that has lapsed is not named for what another excuses since. */
const excuseOf = ({ verdict, observed }: StateRow): unknown =>
  verdict === 'exempt' ? (JSON.parse(observed) as Body['observed'])['authorisation'] : undefined;

const sameState = (a: StateRow, b: StateRow) =>
  a.verdict === b.verdict &&
  a.reason === b.reason &&
  a.severity === b.severity &&
  a.policy_version === b.policy_version &&
  excuseOf(a) === excuseOf(b);

const keyOf = (rule: string, subject: string) => JSON.stringify([rule, subject]);

interface Situation {
  readonly judgements: readonly VersionedJudgement[];
  /** Of the version that holds now. */
  readonly policyVersion: string;
  /** Rules that the policy has, whether or not their check was collected this time. */
  readonly rules: ReadonlySet<string>;
  readonly now: number;
}

/** A subject that a rule no longer names: gone, unless the rule cannot tell at all this time. */
function absent(row: StateRow, situation: Situation): Body | undefined {
  const base = { ...stateBody(row), at: iso(situation.now), policyVersion: situation.policyVersion };
  delete base.reason;
  if (!situation.rules.has(row.rule)) return { ...base, verdict: 'not-applicable', reason: 'rule-ended', observed: {} };
  const ofRule = situation.judgements.filter((judgement) => judgement.rule.id === row.rule);
  if (ofRule.length === 0) return undefined;
  const blind = ofRule.find(
    (judgement) => judgement.kind === 'state' && judgement.subject === 'device' && judgement.verdict === 'unknown',
  );
  if (blind?.reason === undefined) return { ...base, verdict: 'not-applicable', reason: 'gone', observed: {} };
  return row.verdict === 'unknown' ? undefined : { ...base, verdict: 'unknown', reason: blind.reason, observed: {} };
}

/** What has changed since the last cycle, and the events: the bodies of the findings to be made, oldest rule first. */
export function findTransitions(memory: Memory, situation: Situation): Body[] {
  const before = new Map(memory.states().map((row) => [keyOf(row.rule, row.subject), row]));
  const bodies: Body[] = [];
  for (const judgement of situation.judgements) {
    if (judgement.kind === 'event') {
      // What is allowed is nobody's business: it never leaves the device (invariant 10).
      if (judgement.verdict !== 'pass') bodies.push(toBody(judgement));
      continue;
    }
    const key = keyOf(judgement.rule.id, judgement.subject);
    const last = before.get(key);
    before.delete(key);
    const sameVerdict = last?.verdict === judgement.verdict;
    const row = toRow(judgement, sameVerdict ? last.since : judgement.at);
    if (last !== undefined && sameState(last, row)) continue;
    memory.putState(row);
    bodies.push(toBody({ ...judgement, at: row.since }));
  }
  for (const row of before.values()) {
    const body = absent(row, situation);
    if (body === undefined) continue;
    if (body.verdict === 'unknown') {
      memory.putState({
        ...row,
        verdict: 'unknown',
        reason: body.reason ?? null,
        since: situation.now,
        policy_version: body.policyVersion,
      });
    } else memory.dropState(row.rule, row.subject);
    bodies.push(body);
  }
  return bodies;
}
