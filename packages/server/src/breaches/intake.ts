import { after, type FindingBody, type GapBody, modeOf, dutyOf } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { newId } from '../ids.ts';
import { enqueue } from '../jobs/queue.ts';
import { type FoundRule, ruleOfFinding } from '../policies/store.ts';
import { gatherForIct, type NoticeDeps, notifyOf } from './notices.ts';
import {
  appendEvent,
  type BreachRow,
  insertBreach,
  linkFinding,
  nextReference,
  openBreachesOf,
  restoredSince,
  updateBreach,
} from './store.ts';

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

export interface IntakeDeps extends NoticeDeps {
  readonly device: { readonly organisation: string; readonly id: string; readonly assetTag: string };
  /** The device's open breaches, by `keyOf`; kept up to date while a batch is applied. */
  readonly open: Map<string, BreachRow>;
  /** Rules that have been looked up, where more than one finding is taken in: a batch names the same few. */
  readonly rules?: Map<string, FoundRule | undefined>;
  /** Told of each breach that is opened: there may be a notice to send. */
  readonly opened?: () => void;
}

/** A state that fails again within this of complying is the same breach, come back. */
const COMES_BACK_WITHIN_MS = 7 * 86_400_000;
export const GRACE_JOB = 'breach-grace';

const keyOf = (about: { readonly rule: string; readonly subject: string; readonly kind: string }): string =>
  JSON.stringify([about.rule, about.subject, about.kind]);

/** The device's open breaches as `IntakeDeps` wants them. */
export async function openByKey(tx: Tx, organisation: string, device: string): Promise<Map<string, BreachRow>> {
  return new Map((await openBreachesOf(tx, organisation, device)).map((breach) => [keyOf(breach), breach]));
}

interface Opening extends FoundRule {
  readonly subject: string;
  readonly kind: 'state' | 'event' | 'gap';
  readonly severity: string;
  readonly at: number;
  readonly policyVersion: string;
  readonly observed: object;
  readonly place: { readonly generation: number; readonly sequence: number };
}

async function open(tx: Tx, opening: Opening, deps: IntakeDeps): Promise<void> {
  const { rule, subject, kind, severity, at, policyVersion, observed, place } = opening;
  const { device, now, random } = deps;
  const breach: BreachRow = {
    organisation: device.organisation,
    id: newId(now, random),
    ref: await nextReference(tx, device.organisation, now),
    device: device.id,
    rule: rule.id,
    subject,
    kind,
    clause: rule.clause,
    says: rule.says,
    remedy: rule.remedy ?? null,
    check_name: rule.check,
    duty: dutyOf(rule),
    severity,
    status: 'suspected',
    count: 1,
    first_seen: at,
    last_seen: at,
    opened_at: now,
    policy_version: policyVersion,
    observed: JSON.stringify(observed),
    ended_at: null,
    notified_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    report: null,
  };
  await insertBreach(tx, breach);
  await appendEvent(tx, breach, { at: now, actor: 'beadle', type: 'opened', detail: { severity } });
  await linkFinding(tx, breach, { device: device.id, ...place });
  await notifyOf(tx, { ...opening, breach, assetTag: device.assetTag }, deps);
  deps.open.set(keyOf(breach), breach);
  deps.opened?.();
}

async function join(tx: Tx, breach: BreachRow, opening: Opening, deps: IntakeDeps): Promise<void> {
  await linkFinding(tx, breach, { device: deps.device.id, ...opening.place });
  // A state told again (a restatement) is the same failing, not one more.
  if (opening.kind === 'state' && opening.at <= breach.last_seen && breach.ended_at === null) return;
  const change = {
    count: breach.count + 1,
    last_seen: Math.max(breach.last_seen, opening.at),
    observed: JSON.stringify(opening.observed),
    severity: opening.severity,
    ended_at: null,
    status: breach.acknowledged_at === null ? 'suspected' : 'acknowledged',
  };
  await updateBreach(tx, breach, change);
  const type = breach.ended_at === null ? 'joined' : 'reopened';
  await appendEvent(tx, breach, { at: deps.now, actor: 'beadle', type, detail: { count: change.count } });
  // It may have ended before its first message was due.
  if (type === 'reopened') await gatherForIct(tx, breach.organisation, deps);
  deps.open.set(keyOf(breach), { ...breach, ...change });
}

async function openOrJoin(tx: Tx, opening: Opening, deps: IntakeDeps): Promise<void> {
  const about = { rule: opening.rule.id, subject: opening.subject, kind: opening.kind };
  const { organisation, id } = deps.device;
  const before =
    deps.open.get(keyOf(about)) ??
    (opening.kind === 'state'
      ? await restoredSince(tx, { ...about, organisation, device: id }, deps.now - COMES_BACK_WITHIN_MS)
      : undefined);
  await (before === undefined ? open(tx, opening, deps) : join(tx, before, opening, deps));
}

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

async function ruleOf(tx: Tx, finding: FindingBody, { rules, device }: IntakeDeps): Promise<FoundRule | undefined> {
  const key = JSON.stringify([finding.policyVersion, finding.rule]);
  if (rules?.has(key) === true) return rules.get(key);
  const found = await ruleOfFinding(tx, device.organisation, finding);
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
  const known = await ruleOfFinding(tx, deps.device.organisation, { rule: 'agent-health', policyVersion: '' });
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
