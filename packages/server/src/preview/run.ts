import { setImmediate as turn } from 'node:timers/promises';
import {
  type Clock,
  type PolicyDocument,
  type PolicyVersion,
  type Population,
  POPULATIONS,
  startOfDay,
  versionInForce,
} from '@beadle/shared';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { policyInForce } from '../policies/store.ts';
import { listPolicies } from '../policies/upload.ts';
import { readPart } from './fleet.ts';
import { judgeDevice, type RuleOutcome } from './judge.ts';
import { type Plan, planOf } from './plan.ts';
import { type Change, keepStep, type Preview, readPreview, type Step } from './store.ts';
import { addDevice, type Tally } from './tally.ts';

const DAY_MS = 86_400_000;
/** What happened this long ago is looked at. */
export const LOOK_BACK_MS = 28 * DAY_MS;
/** Devices listed for a rule; beyond them there are only counts. */
export const MOST_LISTED = 2000;

export type Plans = ReadonlyMap<Population | null, Plan>;

/** The document as a version that comes after all that there are. */
const asVersion = (document: PolicyDocument, now: number): PolicyVersion => ({
  serial: Number.MAX_SAFE_INTEGER,
  effectiveAt: Math.max(now, startOfDay(document.effectiveFrom)),
  withdrawnAt: null,
  populations: document.populations ?? null,
});

/**
 * What the document would change for each population. One that is written for a population outranks one for all, so that
 * it need not concern everybody.
 */
export async function plansFor(db: Db, organisation: string, document: PolicyDocument, now: number): Promise<Plans> {
  const versions: readonly PolicyVersion[] = await listPolicies(db, organisation);
  const candidate = asVersion(document, now);
  const plans = new Map<Population | null, Plan>();
  for (const population of [null, ...POPULATIONS]) {
    const held = versionInForce([...versions, candidate], population, candidate.effectiveAt) === candidate;
    const before = await policyInForce(db, organisation, { population, at: now });
    plans.set(population, planOf(before?.document, held ? document : undefined));
  }
  return plans;
}

const SOONEST = ['atOnce', 'firstWeek', 'later'] as const;

const changeOf = (assetTag: string, { rule, before, after, breaches }: RuleOutcome): Change => ({
  rule,
  asset_tag: assetTag,
  verdict_before: before,
  verdict_after: after,
  breach: SOONEST.find((when) => breaches.some((breach) => breach.when === when)) ?? null,
});

/** The devices to be listed, as many of each rule as are. */
function listed(tally: Tally, assetTag: string, rules: readonly RuleOutcome[]): Change[] {
  return rules
    .filter(({ before, after, breaches }) => before !== after || breaches.length > 0)
    .filter(({ rule }) => {
      const place = tally.rules[rule];
      return place !== undefined && (place.listed += 1) <= MOST_LISTED;
    })
    .map((outcome) => changeOf(assetTag, outcome));
}

interface Part {
  readonly changes: readonly Change[];
  readonly seen: number;
  readonly next: string | null;
}

/** Judges the next devices and adds them to the tally. */
export async function judgePart(db: Db, plans: Plans, { organisation, tally, after, when }: PartOf): Promise<Part> {
  const { devices, next } = await readPart(db, { organisation, after, since: when.now - LOOK_BACK_MS, now: when.now });
  const changes = devices.flatMap((device) => {
    const plan = plans.get(device.context.population) ?? plans.get(null);
    if (plan === undefined) return [];
    const outcome = judgeDevice(device, plan, when);
    addDevice(tally, plan, outcome);
    return listed(tally, device.assetTag, outcome.rules);
  });
  return { changes, seen: devices.length, next };
}

interface PartOf {
  readonly organisation: string;
  readonly tally: Tally;
  readonly after: string | null;
  readonly when: { readonly now: number; readonly factsAtMostMs: number };
}

export interface Advance {
  readonly clock: Clock;
  /** Ends the work after the part in hand; what is done stays done. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each part. */
  readonly onPart?: (preview: Preview) => void;
}

/** Goes on with a preview until it is done or told to end; gives it as it is then, and undefined where it is not there. */
export async function advance(
  db: Db,
  organisation: string,
  id: string,
  { clock, signal, onPart }: Advance,
): Promise<Preview | undefined> {
  let preview = await readPreview(db, organisation, id);
  if (preview === undefined) return undefined;
  const now = preview.created_at;
  const plans = await plansFor(db, organisation, preview.document, now);
  const when = { now, factsAtMostMs: preview.facts_at_most_days * DAY_MS };
  const mayGoOn = () => signal?.aborted !== true;
  while (preview.status === 'running' && mayGoOn()) {
    const { tally, after_tag: after }: Preview = preview;
    const part = await judgePart(db, plans, { organisation, tally, after, when });
    const step: Step = { ...part, tally, seen: preview.seen + part.seen, at: clock.now() };
    const held: Preview = preview;
    if (!(await inTransaction(db, (tx) => keepStep(tx, held, step)))) return readPreview(db, organisation, id);
    const done = part.next === null;
    preview = { ...held, tally, seen: step.seen, after_tag: part.next, status: done ? 'done' : 'running' };
    onPart?.(preview);
    // Whoever else the process serves has a turn between two parts.
    await turn();
  }
  return preview;
}
