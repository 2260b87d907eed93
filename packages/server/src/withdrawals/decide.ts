import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { begin } from './begin.ts';
import { appendEvents } from './events.ts';
import type { OrderDeps } from './deps.ts';
import { changeWithdrawal, lockWithdrawal, type Withdrawal } from './store.ts';
import { peopleNamed, refuseOwn } from './subjects.ts';

type Outcome = 'approved' | 'refused';

async function requireOther(tx: Tx, caller: Caller, withdrawal: Withdrawal): Promise<void> {
  if (withdrawal.status !== 'awaiting-approval')
    throw problem('conflict', `${withdrawal.ref} does not wait for a decision.`);
  if (withdrawal.requested_by === actorOf(caller))
    throw problem('not-permitted', 'Somebody other than the person who asked has to decide.');
  const people = await peopleNamed(tx, caller.organisation, JSON.parse(withdrawal.subjects) as string[]);
  refuseOwn(caller, people);
}

/**
 * The second person's decision. What was approved is carried out as it was ordered, for those who were meant then. Call
 * the worker's `wake()` afterwards.
 */
export async function decideWithdrawal(
  caller: Caller,
  ref: string,
  { outcome, reason }: { readonly outcome: Outcome; readonly reason: string },
  deps: OrderDeps,
): Promise<void> {
  const { organisation } = caller;
  const { now: at } = deps;
  const actor = actorOf(caller);
  await inTransaction(deps.db, async (tx) => {
    const withdrawal = await lockWithdrawal(tx, organisation, ref);
    await requireOther(tx, caller, withdrawal);
    const decided = { decided_by: actor, decided_at: at, decision_reason: reason };
    await changeWithdrawal(tx, withdrawal, outcome === 'refused' ? { ...decided, status: 'refused' } : decided);
    await appendEvents(tx, withdrawal, [{ at, actor, type: outcome, detail: { reason } }]);
    await recordAct(tx, { organisation, at, actor, action: `withdrawal-${outcome}`, target: `withdrawal:${ref}` });
    if (outcome === 'approved') await begin(tx, { ...withdrawal, ...decided }, deps);
  });
}
