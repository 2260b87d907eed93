import { after, type FindingBody, type GapBody, modeOf } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { enqueue } from '../jobs/queue.ts';
import { type FoundRule, ruleOfFinding } from '../policies/rule-of-finding.ts';
import { type IntakeDeps, keyOf, type Opening, openOrJoin } from './opening.ts';
import { appendEvent, linkFinding, updateBreach } from './store.ts';

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

/** The device complies again: what ends by itself ends. */
async function restore(tx: Tx, finding: FindingBody, place: Accepted, deps: IntakeDeps): Promise<void> {
  const breach = deps.open.get(keyOf({ rule: finding.rule, subject: finding.subject, kind: 'state' }));
  if (breach === undefined) return;
  await linkFinding(tx, breach, { device: deps.device.id, generation: place.generation, sequence: place.sequence });
  await updateBreach(tx, breach, { status: 'restored', ended_at: deps.now });
  const detail = { verdict: finding.verdict, reason: finding.reason ?? null };
  await appendEvent(tx, breach, { at: deps.now, actor: 'beadle', type: 'restored', detail });
  deps.open.delete(keyOf(breach));
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

async function fail(tx: Tx, accepted: Accepted, deps: IntakeDeps): Promise<void> {
  const { finding, generation, sequence } = accepted;
  const { organisation, id } = deps.device;
  const known = await ruleOf(tx, finding, deps);
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
    place: { generation, sequence },
  };
  const graceEnds = known.rule.grace === undefined ? at : after(at, known.rule.grace);
  if (finding.kind === 'event' || graceEnds <= deps.now || deps.open.has(keyOf(finding)))
    return openOrJoin(tx, opening, deps);
  const key = JSON.stringify([id, finding.rule, finding.subject]);
  const payload = { device: id, rule: finding.rule, subject: finding.subject };
  await enqueue(tx, { organisation, kind: GRACE_JOB, key, payload, runAt: graceEnds, at: deps.now }, deps.random);
}

/** Opens, joins or ends breaches by one finding, in the transaction that accepts it. */
export async function takeIn(tx: Tx, accepted: Accepted, deps: IntakeDeps): Promise<void> {
  const { finding } = accepted;
  if (finding.verdict === 'fail') return fail(tx, accepted, deps);
  if (finding.kind === 'state' && finding.verdict !== 'unknown') return restore(tx, finding, accepted, deps);
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
