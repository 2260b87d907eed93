import type { Random } from '@beadle/shared';
import type { Caller } from '../access.ts';
import { actorOf } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { generalPolicy } from '../policies/store.ts';
import { toldFirst } from '../policies/rule-of-finding.ts';
import { notifyOf } from './notices.ts';
import { appendEvent, type BreachRow, insertBreach, nextReference, updateBreach } from './store.ts';
import { inTransaction } from '../db/transaction.ts';
import { locking } from '../db/locks.ts';

export interface ActDeps {
  readonly db: Db;
  readonly now: number;
}

async function breachByRef(tx: Tx, organisation: string, ref: string): Promise<BreachRow> {
  const found = tx.selectFrom('breaches').selectAll().where('organisation', '=', organisation).where('ref', '=', ref);
  const breach = await locking(tx, found).executeTakeFirst();
  if (breach === undefined) throw problem('breach-unknown', `There is no breach ${ref}.`);
  return breach;
}

/** The officer has seen it. A second acknowledgement changes nothing. */
export async function acknowledgeBreach(caller: Caller, ref: string, { db, now }: ActDeps): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    const breach = await breachByRef(tx, caller.organisation, ref);
    if (breach.acknowledged_at !== null) return;
    const status = breach.ended_at === null ? 'acknowledged' : breach.status;
    await updateBreach(tx, breach, { acknowledged_at: now, acknowledged_by: actor, status });
    await appendEvent(tx, breach, { at: now, actor, type: 'acknowledged' });
    await recordAct(tx, {
      organisation: caller.organisation,
      at: now,
      actor,
      action: 'breach-acknowledged',
      target: `breach:${ref}`,
    });
  });
}

/** A person ends a breach, with a reason. Throws `conflict` where one has already. */
export async function closeBreach(caller: Caller, ref: string, reason: string, { db, now }: ActDeps): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(db, async (tx) => {
    const breach = await breachByRef(tx, caller.organisation, ref);
    if (breach.status === 'closed') throw problem('conflict', `${ref} has been closed already.`);
    await updateBreach(tx, breach, { status: 'closed', ended_at: breach.ended_at ?? now });
    await appendEvent(tx, breach, { at: now, actor, type: 'closed', detail: { reason } });
    await recordAct(tx, {
      organisation: caller.organisation,
      at: now,
      actor,
      action: 'breach-closed',
      target: `breach:${ref}`,
      detail: { reason },
    });
  });
}

export interface PersonReport {
  readonly title: string;
  readonly description: string;
  /** When it happened, in milliseconds since the epoch; null where nobody knows. */
  readonly happenedAt: number | null;
  /** Internal id and tag of the device it is about. */
  readonly device: { readonly id: string; readonly assetTag: string } | null;
}

/** What a person's report and a device's breach have in common; nothing about it has been looked at. */
const reported = (report: PersonReport, by: string, now: number) => ({
  device: report.device?.id ?? null,
  rule: 'reported-by-a-person',
  subject: report.title,
  kind: 'person',
  clause: '4.1',
  says: 'Any suspected, potential or observed security breach must be reported promptly.',
  remedy: null,
  check_name: 'person',
  duty: 'holder',
  severity: 'medium',
  status: 'suspected',
  count: 1,
  first_seen: report.happenedAt ?? now,
  last_seen: report.happenedAt ?? now,
  opened_at: now,
  observed: '{}',
  ended_at: null,
  notified_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  report: JSON.stringify({ by, description: report.description, happenedAt: report.happenedAt }),
});

/** A person reports a suspected, potential or observed breach (clause 4.1). Gives its reference at once. */
export async function reportBreach(
  caller: Caller,
  report: PersonReport,
  { db, now, random, origin }: ActDeps & { readonly random: Random; readonly origin: string },
): Promise<string> {
  const actor = actorOf(caller);
  const { organisation } = caller;
  return inTransaction(db, async (tx) => {
    const policy = await generalPolicy(tx, organisation, now);
    const ref = await nextReference(tx, organisation, now);
    const named = { organisation, id: newId(now, random), ref, policy_version: policy?.version ?? '' };
    const breach: BreachRow = { ...named, ...reported(report, actor, now) };
    await insertBreach(tx, breach);
    await appendEvent(tx, breach, { at: now, actor, type: 'reported' });
    const assetTag = report.device?.assetTag ?? null;
    await notifyOf(tx, { breach, assetTag, ...toldFirst(policy) }, { now, random, origin });
    await recordAct(tx, { organisation, at: now, actor, action: 'breach-reported', target: `breach:${ref}` });
    return ref;
  });
}
