import {
  type Authorisation,
  type ContactTime,
  DEVICE_SUBJECT,
  iso,
  type Population,
  POPULATIONS,
  type Random,
  type Rule,
} from '@beadle/shared';
import { authorisationsFor } from '../authorisations/told.ts';
import { gracesOf } from '../breaches/connected.ts';
import { takeInJudged } from '../breaches/intake.ts';
import { openBreaches } from '../breaches/open-breaches.ts';
import type { Db, Tx } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';
import { type FoundRule, toldFirst } from '../policies/rule-of-finding.ts';
import { policyInForce, type StoredPolicy } from '../policies/store.ts';
import { judgeDevice, needsExcuse, type ServerJudgement, serverRules } from './judge.ts';
import { dropJudged, type JudgedState, judgedOf, keepJudged } from './store.ts';
import { countedIn, readUptime } from './uptime.ts';

export interface JudgingDeps {
  readonly random: Random;
  /** The server's public origin, for links. */
  readonly origin: string;
}

/** By what devices are judged at one moment. */
export interface Bench extends JudgingDeps {
  readonly time: ContactTime;
  readonly policy: StoredPolicy | undefined;
  readonly rules: readonly Rule[];
}

export async function benchOf(
  tx: Tx,
  policy: StoredPolicy | undefined,
  now: number,
  deps: JudgingDeps,
): Promise<Bench> {
  const rules = serverRules(policy?.document);
  const spans = rules.some(({ check }) => check === 'contact') ? await readUptime(tx, now) : [];
  return { ...deps, policy, rules, time: { now, counted: countedIn(spans) } };
}

const populationOf = ({ population }: DeviceRow) => population as Population | null;

/** The same for a whole fleet, in which different policies may hold for different populations. */
export async function benchesOf(
  tx: Tx,
  organisation: string,
  now: number,
  deps: JudgingDeps,
): Promise<(device: DeviceRow) => Bench> {
  const benches = new Map<Population | null, Bench>();
  for (const population of [null, ...POPULATIONS])
    benches.set(
      population,
      await benchOf(tx, await policyInForce(tx, organisation, { population, at: now }), now, deps),
    );
  const nobodys = await benchOf(tx, undefined, now, deps);
  return (device) => benches.get(populationOf(device)) ?? nobodys;
}

interface Change {
  readonly after: JudgedState;
  readonly before: JudgedState | undefined;
  readonly judgement: ServerJudgement;
}

export interface Changes {
  readonly changed: readonly Change[];
  /** Of rules that are not in force any more. */
  readonly ended: readonly JudgedState[];
}

function stateOf(device: DeviceRow, judgement: ServerJudgement, { policy, time }: Bench): JudgedState {
  const { rule, verdict, reason, observed } = judgement;
  return {
    organisation: device.organisation,
    device: device.id,
    rule: rule.id,
    subject: DEVICE_SUBJECT,
    clause: rule.clause,
    check_name: rule.check,
    verdict,
    reason: reason ?? null,
    severity: rule.severity,
    policy_version: policy?.version ?? '',
    since: time.now,
    observed: JSON.stringify(observed),
  };
}

const SAME: readonly (keyof JudgedState)[] = ['verdict', 'reason', 'severity', 'clause', 'policy_version', 'observed'];

/** The authorisations that a device is judged with; most fail nothing that one could excuse, and are not asked for. */
export async function excusesOf(
  db: Db | Tx,
  device: DeviceRow,
  { rules, time }: Bench,
): Promise<readonly Authorisation[]> {
  return needsExcuse(rules, device, time) ? authorisationsFor(db, device, time.now) : [];
}

interface Known {
  readonly before: readonly JudgedState[];
  readonly authorisations: readonly Authorisation[];
}

/** What differs from what was judged before; what stays is not written, so that a quiet fleet costs nothing. */
export function changesOf(device: DeviceRow, { before, authorisations }: Known, bench: Bench): Changes {
  const judgements = judgeDevice(bench.rules, device, bench.time, authorisations);
  const changed = judgements.flatMap((judgement): Change[] => {
    const known = before.find(({ rule }) => rule === judgement.rule.id);
    const now = stateOf(device, judgement, bench);
    const after = known?.verdict === now.verdict ? { ...now, since: known.since } : now;
    return known !== undefined && SAME.every((key) => known[key] === after[key])
      ? []
      : [{ judgement, before: known, after }];
  });
  const inForce = new Set(bench.rules.map(({ id }) => id));
  return { changed, ended: before.filter(({ rule }) => !inForce.has(rule)) };
}

export const isNothing = ({ changed, ended }: Changes): boolean => changed.length === 0 && ended.length === 0;

/** What passes for the first time concerns no breach, and what cannot be told neither opens nor ends one. */
const concernsBreaches = ({ before, after }: Change): boolean =>
  after.verdict === 'fail' || (before !== undefined && after.verdict !== 'unknown');

const findingOf = ({ judgement, after }: Change) => ({
  rule: after.rule,
  subject: after.subject,
  at: iso(after.since),
  verdict: judgement.verdict,
  ...(judgement.reason === undefined ? {} : { reason: judgement.reason }),
  severity: judgement.rule.severity,
  observed: judgement.observed,
  policyVersion: after.policy_version,
});

async function intoBreaches(tx: Tx, device: DeviceRow, changes: Changes, bench: Bench): Promise<boolean> {
  const concerned = changes.changed.filter(concernsBreaches);
  if (concerned.length === 0 && changes.ended.length === 0) return false;
  let opened = false;
  const intake = {
    now: bench.time.now,
    random: bench.random,
    origin: bench.origin,
    device: { organisation: device.organisation, id: device.id, assetTag: device.asset_tag },
    open: await openBreaches(tx, device.organisation, device.id, bench.time.now),
    connected: { ms: device.connected_ms, graces: await gracesOf(tx, device.organisation, device.id) },
    opened: () => (opened = true),
  };
  for (const change of concerned) {
    const known: FoundRule = { rule: change.judgement.rule, ...toldFirst(bench.policy) };
    await takeInJudged(tx, findingOf(change), known, intake);
  }
  for (const { rule, subject } of changes.ended) {
    const ended = { rule, subject, verdict: 'not-applicable', reason: 'rule-ended' } as const;
    await takeInJudged(tx, ended, undefined, intake);
  }
  await intake.open.settle();
  return opened;
}

/**
 * Judges one device and keeps what has changed, with the breaches that it opens or ends, in the caller's transaction,
 * which holds the device. True where a breach was opened.
 */
export async function judgeInTransaction(tx: Tx, device: DeviceRow, bench: Bench): Promise<boolean> {
  const before = await judgedOf(tx, device.organisation, device.id);
  const changes = changesOf(device, { before, authorisations: await excusesOf(tx, device, bench) }, bench);
  if (isNothing(changes)) return false;
  await keepJudged(
    tx,
    changes.changed.map(({ after }) => after),
  );
  for (const ended of changes.ended) await dropJudged(tx, ended);
  return intoBreaches(tx, device, changes, bench);
}

/** The same for a device whose register entry has just been changed. */
export async function judgeAnew(tx: Tx, device: DeviceRow, now: number, deps: JudgingDeps): Promise<boolean> {
  const policy = await policyInForce(tx, device.organisation, { population: populationOf(device), at: now });
  return judgeInTransaction(tx, device, await benchOf(tx, policy, now, deps));
}
