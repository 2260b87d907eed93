import type { Role } from '@beadle/shared';
import type { Db, Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Timing } from '../../deadlines/breach-clocks.ts';
import { type DueEscalation, escalationsOf } from '../../deadlines/escalations.ts';
import { enqueue } from '../../jobs/queue.ts';
import { unacknowledgedNotice } from '../../notify/unacknowledged.ts';
import { queueNotice } from '../../notify/queue.ts';
import { toldFirst } from '../../policies/rule-of-finding.ts';
import { generalPolicy } from '../../policies/store.ts';
import type { NoticeDeps } from '../notices.ts';
import { appendEvent } from '../events.ts';
import { type BreachRow, updateBreach } from '../store.ts';
import { TOLD_WEEKLY } from '../told-weekly.ts';
import { clockedOf, timingOf } from './clocks.ts';

export const ESCALATION_JOB = 'breach-escalation';
/** What changes a clock, such as a breach that is confirmed at night, is seen within this time. */
const LOOKS_EVERY_MS = 5 * 60_000;

/**
 * Breaches that somebody was told of and nobody has acknowledged, of which a step of the policy's list is left. Of what is
 * ICT's to mend only the critical: the rest stands in ICT's own queue, and no deputy or SIRO mends it.
 */
function waiting(tx: Db | Tx, organisation: string, steps: number) {
  return tx
    .selectFrom('breaches')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('acknowledged_at', 'is', null)
    .where('notified_at', 'is not', null)
    .where('ended_at', 'is', null)
    .where('escalations', '<', steps)
    .where('check_name', '<>', TOLD_WEEKLY)
    .where((row) => row.or([row('duty', '=', 'holder'), row('severity', '=', 'critical')]))
    .orderBy('id');
}

/** Several breaches that are one item are escalated as its first. */
function firstOfEach(breaches: readonly BreachRow[]): BreachRow[] {
  const seen = new Set<string>();
  return breaches.filter(({ cluster }) => {
    if (cluster === null) return true;
    if (seen.has(cluster)) return false;
    seen.add(cluster);
    return true;
  });
}

/** The steps that are still to be taken. What implicates an officer goes to the SIRO alone. */
const stepsLeft = (breach: BreachRow, timing: Timing): DueEscalation[] =>
  escalationsOf(clockedOf(breach), timing).filter(
    ({ step, to }) => step >= breach.escalations && (breach.concealed_from === null || to === 'siro'),
  );

interface Step {
  readonly breach: BreachRow;
  readonly due: DueEscalation;
}

interface Round {
  readonly organisation: string;
  readonly reportTo: Role;
  readonly policyTitle: string;
}

async function tell(tx: Tx, steps: readonly Step[], to: DueEscalation['to'], round: Round, deps: NoticeDeps) {
  const { organisation, reportTo, policyTitle } = round;
  const breaches = steps.map(({ breach }) => breach);
  const text = unacknowledgedNotice(
    breaches.map(({ ref, clause, severity, notified_at: at }) => ({ ref, clause, severity, toldAt: at ?? deps.now })),
    { origin: deps.origin, policyTitle },
  );
  const whom = to === 'deputy' ? ({ role: reportTo, standing: 'deputy' } as const) : { role: to };
  const notice = await queueNotice(
    tx,
    { organisation, ...whom, ...text, breaches: breaches.map(({ id }) => id), at: deps.now },
    deps.random,
  );
  for (const { breach, due } of steps) {
    const as = to === 'deputy' ? { as: 'deputy' } : {};
    const detail = { notice, role: whom.role, ...as };
    await updateBreach(tx, breach, { escalations: due.step + 1 });
    await appendEvent(tx, breach, { at: deps.now, actor: 'beadle', type: 'escalated', detail });
  }
}

/**
 * Tells whom the policy names of what nobody has acknowledged in time: one message for each of them, however many
 * breaches it is about. Gives when the next step falls due; null where none is left.
 */
export async function escalate(db: Db, organisation: string, deps: NoticeDeps): Promise<number | null> {
  return inTransaction(db, async (tx) => {
    const timing = await timingOf(tx, organisation, deps.now);
    const told = toldFirst(await generalPolicy(tx, organisation, deps.now));
    const rows = await locking(tx, waiting(tx, organisation, timing.deadlines.escalate.length)).execute();
    const left = firstOfEach(rows).flatMap((breach) => stepsLeft(breach, timing).map((due): Step => ({ breach, due })));
    const due = left.filter((step) => step.due.due <= deps.now);
    for (const [to, steps] of Map.groupBy(due, (step) => step.due.to))
      await tell(tx, steps, to, { organisation, ...told }, deps);
    const later = left.filter((step) => step.due.due > deps.now).map((step) => step.due.due);
    return later.length === 0 ? null : Math.min(...later);
  });
}

/** Looks again when the next step falls due, and every few minutes besides. */
export async function escalationRound(db: Db, organisation: string, deps: NoticeDeps): Promise<void> {
  const next = await escalate(db, organisation, deps);
  const runAt = Math.min(next ?? Number.POSITIVE_INFINITY, deps.now + LOOKS_EVERY_MS);
  await inTransaction(db, (tx) => queueEscalation(tx, organisation, { runAt, at: deps.now, random: deps.random }));
}

export const queueEscalation = (
  tx: Tx,
  organisation: string,
  { runAt, at, random }: { readonly runAt: number; readonly at: number; readonly random: NoticeDeps['random'] },
): Promise<void> =>
  enqueue(tx, { organisation, kind: ESCALATION_JOB, key: ESCALATION_JOB, payload: {}, runAt, at }, random);
