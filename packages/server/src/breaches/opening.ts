import { dutyOf } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { newId } from '../ids.ts';
import type { FoundRule } from '../policies/rule-of-finding.ts';
import { nextReference } from '../db/references.ts';
import { asInCluster, type Cluster, clusterFor, toldAlready } from './clusters/cluster.ts';
import { concealedFrom } from './concealment.ts';
import { type BreachStatus, statusAfter } from './life/states.ts';
import { UNTOUCHED } from './untouched.ts';
import type { Connected } from './connected.ts';
import { gatherForIct, type NoticeDeps, notifyOf } from './notices.ts';
import type { OpenBreaches } from './open-breaches.ts';
import { type BreachRow, type FindingPlace, insertBreach, type Standing } from './store.ts';

export interface IntakeDeps extends NoticeDeps {
  readonly device: { readonly organisation: string; readonly id: string; readonly assetTag: string };
  readonly open: OpenBreaches;
  readonly connected: Connected;
  /** Rules that have been looked up, where more than one finding is taken in: a batch names the same few. */
  readonly rules?: Map<string, FoundRule | undefined>;
  /** When a grace is looked at again of which so many milliseconds are left; once they have passed, where nothing is said. */
  readonly waits?: (left: number) => number;
  /** Told of each breach that is opened: there may be a notice to send. */
  readonly opened?: () => void;
}

/** A failing of the device, with what a breach tells of it. */
export interface Opening extends FoundRule {
  readonly subject: string;
  readonly kind: 'state' | 'event' | 'gap';
  readonly severity: string;
  readonly at: number;
  readonly policyVersion: string;
  readonly observed: object;
  /** Null where no finding of a device's chain tells of it: the server judged so itself. */
  readonly place: FindingPlace | null;
}

interface Begun {
  readonly breach: BreachRow;
  /** The item that was there already; null where the breach stands for itself, or begins one. */
  readonly joined: Cluster | null;
}

/** A breach by the officer who would be told of it goes to the SIRO (invariant 7). One of ICT's is on nobody's record. */
async function concealedFromHolder(tx: Tx, { rule, reportTo }: Opening, { device, now }: IntakeDeps) {
  if (dutyOf(rule) !== 'holder') return null;
  const row = await tx
    .selectFrom('devices')
    .select('holder')
    .where('organisation', '=', device.organisation)
    .where('id', '=', device.id)
    .executeTakeFirst();
  return concealedFrom(tx, { organisation: device.organisation, reportTo, name: row?.holder ?? null, now });
}

/** The breach as it begins, with what it takes over from the item that it is part of. */
async function begin(tx: Tx, opening: Opening, deps: IntakeDeps): Promise<Begun> {
  const { rule, subject, kind, severity, at, policyVersion, observed } = opening;
  const { device, now, random } = deps;
  const concealed = await concealedFromHolder(tx, opening, deps);
  const alone: BreachRow = {
    organisation: device.organisation,
    id: newId(now, random),
    ref: await nextReference(tx, device.organisation, 'breaches', now),
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
    count: 1,
    first_seen: at,
    last_seen: at,
    opened_at: now,
    policy_version: policyVersion,
    observed: JSON.stringify(observed),
    ...UNTOUCHED,
    concealed_from: concealed,
  };
  const cluster = await clusterFor(tx, alone, deps);
  if (cluster === null) return { breach: alone, joined: null };
  const breach = { ...alone, cluster: cluster.id };
  if (cluster.breaches === 1) return { breach, joined: null };
  return { breach: { ...breach, ...(await asInCluster(tx, breach.organisation, cluster.id)) }, joined: cluster };
}

async function open(tx: Tx, opening: Opening, deps: IntakeDeps): Promise<void> {
  const { device, now } = deps;
  await deps.open.settle();
  const { breach, joined } = await begin(tx, opening, deps);
  await insertBreach(tx, breach);
  const detail = { severity: opening.severity };
  deps.open.add(breach);
  deps.open.tell(breach, { at: now, actor: 'beadle', type: 'opened', detail });
  if (opening.place !== null) deps.open.link(breach, opening.place);
  await deps.open.settle();
  const reportTo = breach.concealed_from === null ? opening.reportTo : 'siro';
  if (joined === null || !(await toldAlready(tx, breach, joined, now)))
    await notifyOf(tx, { ...opening, reportTo, breach, assetTag: device.assetTag }, deps);
  deps.opened?.();
}

/** Whoever has seen it need not say so again. */
function cameBack({ status, acknowledged_at: seen }: BreachRow): string {
  const after = statusAfter('recur', status as BreachStatus) ?? status;
  return after === 'suspected' && seen !== null ? 'acknowledged' : after;
}

async function join(tx: Tx, breach: BreachRow, opening: Opening, deps: IntakeDeps): Promise<void> {
  const { now, open: breaches } = deps;
  if (opening.place !== null) breaches.link(breach, opening.place);
  // A state told again (a restatement) is the same failing, not one more.
  if (opening.kind === 'state' && opening.at <= breach.last_seen && breach.ended_at === null) return;
  const standing: Standing = {
    count: breach.count + 1,
    last_seen: Math.max(breach.last_seen, opening.at),
    observed: JSON.stringify(opening.observed),
    severity: opening.severity,
    ended_at: null,
    complies_since: null,
    status: cameBack(breach),
  };
  breaches.change(breach, standing);
  const type = breach.ended_at === null ? 'joined' : 'reopened';
  breaches.tell(breach, { at: now, actor: 'beadle', type, detail: { count: standing.count } });
  // It may have ended before its first message was due.
  if (type === 'reopened') await gatherForIct(tx, breach, deps);
}

/** Opens a breach, or joins the open or recently restored one of the same rule and subject. */
export async function openOrJoin(tx: Tx, opening: Opening, deps: IntakeDeps): Promise<void> {
  const about = { rule: opening.rule.id, subject: opening.subject, kind: opening.kind };
  const before = deps.open.get(about) ?? (opening.kind === 'state' ? await deps.open.restored(about) : undefined);
  await (before === undefined ? open(tx, opening, deps) : join(tx, before, opening, deps));
}
