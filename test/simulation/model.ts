import {
  after,
  type FindingBody,
  type GapBody,
  IMPLIED_AGENT_HEALTH,
  modeOf,
  type PolicyDocument,
  type Rule,
  rulesOf,
} from '@beadle/shared';
import type { BreachEventTable } from '../../packages/server/src/db/schema.ts';
import type { FindingRow, Observer } from './observer.ts';
import { must } from './violation.ts';

const WEEK_MS = 7 * 86_400_000;

export interface ModelBreach {
  readonly key: string;
  readonly device: string;
  readonly rule: Rule;
  readonly openedAt: number;
  readonly policyVersion: string;
  severity: string;
  count: number;
  lastSeen: number;
  endedAt: number | undefined;
  status: 'open' | 'restored' | 'closed';
  readonly findings: Set<string>;
}

interface Failing {
  readonly finding: FindingBody;
  readonly place: string;
  readonly rule: Rule;
  readonly at: number;
}

const keyOf = (device: string, rule: string, subject: string, kind: string) =>
  JSON.stringify([device, rule, subject, kind]);

/**
 * What breaches there must be, worked out anew from the findings that the server holds and from what people did, in the
 * order of their times. Written from the words of the contract, and sharing nothing with the server's own way of it.
 */
export class BreachModel {
  readonly breaches: ModelBreach[] = [];
  readonly #failing = new Map<string, Failing>();
  readonly #versions: ReadonlyMap<string, PolicyDocument>;
  readonly #inForce: readonly { readonly at: number; readonly document: PolicyDocument }[];

  constructor(observer: Observer) {
    const policies = observer
      .policies()
      .map((row) => ({ at: row.uploaded_at, document: JSON.parse(row.document) as PolicyDocument }));
    this.#versions = new Map(policies.map(({ document }) => [document.version, document]));
    this.#inForce = policies;
    this.#replay(observer);
  }

  /** Of those with this key, the one that is not ended. */
  #open = (key: string) => this.breaches.find((breach) => breach.key === key && breach.status === 'open');

  #ruleAt(version: string, id: string, at: number): Rule | undefined {
    const inForce = this.#inForce.findLast((policy) => policy.at <= at)?.document;
    const document = this.#versions.get(version) ?? inForce;
    const rule = document === undefined ? undefined : rulesOf(document).find((one) => one.id === id);
    return rule ?? (id === IMPLIED_AGENT_HEALTH.id ? IMPLIED_AGENT_HEALTH : undefined);
  }

  #replay(observer: Observer): void {
    const silences = new Set(observer.silences().map(({ breach }) => breach));
    const acts = observer.events().filter(({ breach }) => !silences.has(breach));
    const breachOf = new Map(observer.breaches().map((row) => [row.id, row]));
    const received = new Set(observer.findings().map((row) => `${row.device} ${row.received_at}`));
    type Step = { readonly at: number; readonly run: () => void };
    const steps: Step[] = observer.findings().map((row) => ({ at: row.received_at, run: () => this.#finding(row) }));
    for (const { device, registered_at: at } of observer.enrolments())
      steps.push({ at, run: () => this.#beginsAnew(device) });
    for (const act of acts) {
      const row = breachOf.get(act.breach);
      must(row !== undefined, `an event of a breach that is not there: ${act.breach}`);
      const key = keyOf(row.device ?? '', row.rule, row.subject, row.kind);
      if (act.type === 'closed') steps.push({ at: act.at, run: () => this.#close(key, act.at) });
      const isByFinding = received.has(`${row.device} ${act.at}`);
      if (['opened', 'joined', 'reopened'].includes(act.type) && !isByFinding)
        steps.push({ at: act.at, run: () => this.#graceEnds(key, act) });
    }
    for (const step of steps.toSorted((a, b) => a.at - b.at)) step.run();
  }

  /** A device that is enrolled states everything anew: what it failed before says nothing of now. */
  #beginsAnew(device: string): void {
    for (const key of this.#failing.keys()) if ((JSON.parse(key) as string[])[0] === device) this.#failing.delete(key);
  }

  #close(key: string, at: number): void {
    const breach = this.breaches.findLast((one) => one.key === key && one.status !== 'closed');
    must(breach !== undefined, `a breach was closed that should not be there: ${key}`);
    breach.endedAt ??= at;
    breach.status = 'closed';
  }

  #finding(row: FindingRow): void {
    const body = JSON.parse(Buffer.from(row.body ?? '').toString()) as FindingBody & GapBody;
    const place = `${row.generation}/${row.sequence}`;
    if (row.form === 'gap') {
      const rule = this.#ruleAt('', 'agent-health', row.received_at) ?? IMPLIED_AGENT_HEALTH;
      const gap = { at: Date.parse(body.at), severity: rule.severity, version: '', now: row.received_at };
      return this.#openOrJoin(row.device, { rule, subject: 'chain', kind: 'gap', place, ...gap });
    }
    const key = keyOf(row.device, body.rule, body.subject, 'state');
    if (body.verdict === 'fail') return this.#fails(row, body, place);
    if (body.kind !== 'state') return;
    this.#failing.delete(key);
    const open = this.#open(key);
    if (body.verdict === 'unknown' || open === undefined) return;
    open.findings.add(place);
    open.status = 'restored';
    open.endedAt = row.received_at;
  }

  #fails(row: FindingRow, body: FindingBody, place: string): void {
    const rule = this.#ruleAt(body.policyVersion, body.rule, row.received_at);
    const key = keyOf(row.device, body.rule, body.subject, body.kind);
    if (rule === undefined) return;
    const at = Math.min(Date.parse(body.at), row.received_at);
    if (body.kind === 'state') this.#failing.set(key, { finding: body, place, rule, at });
    if (modeOf(rule) !== 'report') return;
    const waits = body.kind === 'state' && rule.grace !== undefined && after(at, rule.grace) > row.received_at;
    if (waits && this.#open(key) === undefined) return;
    const { subject, kind, severity, policyVersion: version } = body;
    this.#openOrJoin(row.device, { rule, subject, kind, place, at, severity, version, now: row.received_at });
  }

  /** Something opened with no finding at that time: only the end of a grace does that, of what fails still. */
  #graceEnds(key: string, act: BreachEventTable): void {
    const failing = this.#failing.get(key);
    must(failing?.rule.grace !== undefined, `opened without a finding and without a grace: ${key}`);
    must(modeOf(failing.rule) === 'report', `opened under a rule that only observes: ${key}`);
    must(after(failing.at, failing.rule.grace) <= act.at, `opened before its grace had ended: ${key}`);
    const { finding, rule, place, at } = failing;
    const [device = ''] = JSON.parse(key) as string[];
    const { subject, kind, policyVersion: version } = finding;
    this.#openOrJoin(device, { rule, subject, kind, place, at, severity: rule.severity, version, now: act.at });
  }

  #openOrJoin(
    device: string,
    seen: {
      rule: Rule;
      subject: string;
      kind: string;
      place: string;
      at: number;
      severity: string;
      version: string;
      now: number;
    },
  ): void {
    const { rule, subject, kind, place, at, severity, version, now } = seen;
    const key = keyOf(device, rule.id, subject, kind);
    const back = (one: ModelBreach) =>
      kind === 'state' && one.key === key && one.status === 'restored' && (one.endedAt ?? 0) >= now - WEEK_MS;
    const before = this.#open(key) ?? this.breaches.findLast(back);
    if (before === undefined) {
      const breach = {
        key,
        device,
        rule,
        openedAt: now,
        policyVersion: version,
        severity,
        count: 1,
        lastSeen: at,
        findings: new Set([place]),
      };
      this.breaches.push({ ...breach, endedAt: undefined, status: 'open' });
      return;
    }
    before.findings.add(place);
    if (kind === 'state' && at <= before.lastSeen && before.status === 'open') return;
    before.count += 1;
    before.lastSeen = Math.max(before.lastSeen, at);
    before.severity = severity;
    before.status = 'open';
    before.endedAt = undefined;
  }

  /** Whatever fails, in a rule that reports and whose grace has ended, has a breach; `holds` where it is still so. */
  checkGraces(now: number, holds: (key: string) => boolean): void {
    for (const [key, { rule, at }] of this.#failing) {
      if (!holds(key)) continue;
      if (modeOf(rule) !== 'report' || (rule.grace !== undefined && after(at, rule.grace) > now - 86_400_000 / 4))
        continue;
      must(
        this.breaches.some((one) => one.key === key && one.lastSeen >= at),
        `it fails and there is no breach: ${key}`,
      );
    }
  }
}
