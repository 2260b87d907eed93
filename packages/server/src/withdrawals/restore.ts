import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { queueTarget } from './queue.ts';
import { appendEvents } from './events.ts';
import type { OrderDeps } from './deps.ts';
import { changeStep, changeWithdrawal, lockWithdrawal, stepsOf, type Withdrawal } from './store.ts';
import { peopleIn, refuseOwn } from './subjects.ts';

export type RestoreDeps = Pick<OrderDeps, 'db' | 'now' | 'random'>;

/** Lets go of each step: what nobody else takes away is given back. A dry run has nothing to give back. */
export async function letGo(
  tx: Tx,
  withdrawal: Withdrawal,
  { actor, reason }: { readonly actor: string; readonly reason: string },
  deps: Pick<RestoreDeps, 'now' | 'random'>,
): Promise<void> {
  const { now: at } = deps;
  const steps = await stepsOf(tx, withdrawal.organisation, [withdrawal.id]);
  for (const step of steps.filter(({ status }) => status !== 'restored' && status !== 'handed-over')) {
    const status = step.target === null ? 'restored' : 'restoring';
    await changeStep(tx, step, { holds: 0, status, changed_at: at });
    if (step.target !== null) await queueTarget(tx, step, step.target, deps);
  }
  const dry = steps.every(({ target }) => target === null);
  await changeWithdrawal(tx, withdrawal, {
    status: dry ? 'restored' : 'restoring',
    ended_at: dry ? at : null,
    restored_by: actor,
    restore_asked_at: at,
    restore_reason: reason,
  });
  await appendEvents(tx, withdrawal, [{ at, actor, type: 'restore-ordered', detail: { reason } }]);
}

/** Gives everything back that a withdrawal took, exactly. Call the worker's `wake()` afterwards. */
export async function restoreWithdrawal(caller: Caller, ref: string, reason: string, deps: RestoreDeps): Promise<void> {
  const { organisation } = caller;
  const { now: at } = deps;
  const actor = actorOf(caller);
  await inTransaction(deps.db, async (tx) => {
    const withdrawal = await lockWithdrawal(tx, organisation, ref);
    if (withdrawal.status !== 'ordered')
      throw problem('conflict', `${ref} is not in force: there is nothing that could be given back.`);
    refuseOwn(caller, await peopleIn(tx, withdrawal));
    await letGo(tx, withdrawal, { actor, reason }, deps);
    await recordAct(tx, { organisation, at, actor, action: 'withdrawal-restored', target: `withdrawal:${ref}` });
  });
}
