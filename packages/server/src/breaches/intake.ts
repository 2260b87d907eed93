import { after, type FindingBody, type GapBody, modeOf, type Rule } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { enqueue } from '../jobs/queue.ts';
import { type FoundRule, ruleOfFinding } from '../policies/rule-of-finding.ts';
import { endIfDone } from './clusters/cluster.ts';
import { beginGrace, forgetGrace, graceKey } from './connected.ts';
import { type BreachStatus, ENDED, statusAfter } from './life/states.ts';
import { type IntakeDeps, type Opening, openOrJoin } from './opening.ts';

/** A finding that the server has just accepted, with its place in the device's chain. */
export interface Accepted {
  readonly generation: number;
  readonly sequence: number;
  readonly finding: FindingBody;
}

export interface AcceptedGap {
  readonly generation: number;
  readonly sequence: number;
  readonly gap: GapBody;
}

export const GRACE_JOB = 'breach-grace';

/** What a breach is told, by a device's finding or by a judgement of the server's own. */
type Told = Pick<
  FindingBody,
  'rule' | 'subject' | 'kind' | 'at' | 'verdict' | 'reason' | 'severity' | 'observed' | 'policyVersion'
>;
/** Null for a judgement of the server's own, which stands in no device's chain. */
type Place = Opening['place'];

/** The device complies again: what ends by itself ends. */
async function restore(
  tx: Tx,
  finding: Pick<Told, 'rule' | 'subject' | 'verdict' | 'reason'> & Partial<Pick<Told, 'observed'>>,
  place: Place,
  deps: IntakeDeps,
): Promise<void> {
  const grace = deps.connected.graces.get(graceKey(finding));
  if (grace !== undefined) await forgetGrace(tx, grace, deps.connected);
  const breach = deps.open.get({ rule: finding.rule, subject: finding.subject, kind: 'state' });
  if (breach === undefined) return;
  if (place !== null) deps.open.link(breach, place);
  const status = statusAfter('restore', breach.status as BreachStatus) ?? breach.status;
  const isOver = ENDED.has(status);
  if (!isOver && breach.complies_since !== null) return;
  deps.open.change(breach, isOver ? { status, ended_at: deps.now } : { complies_since: deps.now });
  const authorisation = finding.observed?.['authorisation'];
  const excuse = finding.verdict === 'exempt' && authorisation !== undefined ? { authorisation } : {};
  const detail = { verdict: finding.verdict, reason: finding.reason ?? null, ...excuse };
  deps.open.tell(breach, { at: deps.now, actor: 'beadle', type: 'restored', detail });
  if (!isOver) return;
  await deps.open.settle();
  await endIfDone(tx, deps.device.organisation, breach.cluster, deps.now);
}

async function ruleOf(
  tx: Tx,
  finding: FindingBody,
  { rules, device, now }: IntakeDeps,
): Promise<FoundRule | undefined> {
  const key = JSON.stringify([finding.policyVersion, finding.rule]);
  if (rules?.has(key) === true) return rules.get(key);
  const found = await ruleOfFinding(tx, device.organisation, finding, now);
  rules?.set(key, found);
  return found;
}

/** How much of a grace is left, in milliseconds: of the calendar's time, or of the time that the device has contact. */
async function graceLeft(tx: Tx, rule: Rule, finding: Told, at: number, deps: IntakeDeps): Promise<number> {
  if (rule.grace === undefined) return 0;
  const ends = after(at, rule.grace);
  if (rule.graceCounts !== 'connected') return ends - deps.now;
  const { organisation, id: device } = deps.device;
  const about = { organisation, device, rule: rule.id, subject: finding.subject, since: at };
  const begun = await beginGrace(tx, about, deps.connected);
  return ends - at - (deps.connected.ms - begun.connected_ms);
}

async function fail(
  tx: Tx,
  finding: Told,
  known: FoundRule | undefined,
  place: Place,
  deps: IntakeDeps,
): Promise<void> {
  const { organisation, id } = deps.device;
  if (known === undefined || modeOf(known.rule) !== 'report') return;
  // A device whose clock is ahead puts nothing off: what it saw, it saw before it said so (invariant 12).
  const at = Math.min(Date.parse(finding.at), deps.now);
  const opening: Opening = {
    ...known,
    subject: finding.subject,
    kind: finding.kind,
    severity: finding.severity,
    at,
    policyVersion: finding.policyVersion,
    observed: finding.observed,
    place,
  };
  if (finding.kind === 'event' || deps.open.get(finding) !== undefined) return openOrJoin(tx, opening, deps);
  const left = await graceLeft(tx, known.rule, finding, at, deps);
  if (left <= 0) return openOrJoin(tx, opening, deps);
  const key = JSON.stringify([id, finding.rule, finding.subject]);
  const payload = { device: id, rule: finding.rule, subject: finding.subject };
  const runAt = deps.waits?.(left) ?? deps.now + left;
  await enqueue(tx, { organisation, kind: GRACE_JOB, key, payload, runAt, at: deps.now }, deps.random);
}

/** Opens, joins or ends breaches by one finding, in the transaction that accepts it. */
export async function takeIn(tx: Tx, accepted: Accepted, deps: IntakeDeps): Promise<void> {
  const { finding, generation, sequence } = accepted;
  const place = { generation, sequence };
  if (finding.verdict === 'fail') return fail(tx, finding, await ruleOf(tx, finding, deps), place, deps);
  if (finding.kind === 'state' && finding.verdict !== 'unknown') return restore(tx, finding, place, deps);
}

export type Judged =
  | Omit<Told, 'kind'>
  | (Pick<Told, 'rule' | 'subject' | 'reason'> & { readonly verdict: 'not-applicable' });

/** The same by a judgement of the server's own about a device, with the rule that it was judged by. */
export async function takeInJudged(
  tx: Tx,
  judged: Judged,
  known: FoundRule | undefined,
  deps: IntakeDeps,
): Promise<void> {
  if (judged.verdict === 'fail') return fail(tx, { ...judged, kind: 'state' }, known, null, deps);
  if (judged.verdict !== 'unknown') return restore(tx, judged, null, deps);
}

/** A break in the chain is a breach with its cause (invariant 3). */
export async function takeInGap(tx: Tx, { gap, generation, sequence }: AcceptedGap, deps: IntakeDeps): Promise<void> {
  const { from, to, cause, lost } = gap.gap;
  const known = await ruleOfFinding(
    tx,
    deps.device.organisation,
    { rule: 'agent-health', policyVersion: '' },
    deps.now,
  );
  if (known === undefined) return;
  await openOrJoin(
    tx,
    {
      ...known,
      subject: 'chain',
      kind: 'gap',
      severity: known.rule.severity,
      at: Date.parse(gap.at),
      policyVersion: '',
      observed: { cause, from, to, lost },
      place: { generation, sequence },
    },
    deps,
  );
}
