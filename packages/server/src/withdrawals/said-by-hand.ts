import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { queueTarget } from './queue.ts';
import { appendEvents } from './events.ts';
import type { RestoreDeps } from './restore.ts';
import { settle } from './settle.ts';
import { changeTarget, lockWithdrawal, type Step, stepsOf, targetById } from './store.ts';
import { BY_HAND, refuseOwn, peopleIn } from './subjects.ts';
import { NOTHING_TAKEN, SMOOTH, type Target } from './target.ts';

/** Whether a person may say that a step is done: what no system carries, or what a system cannot give back. */
export const maySayByHand = (
  { connector, holds }: Pick<Step, 'connector' | 'holds'>,
  trouble: string | null,
): boolean => trouble === 'needs-person' && (holds === 0 || connector === BY_HAND);

/**
 * What a person has done changes: of what no system carries, that it is away; of anything that a connector cannot give
 * back, that a person has seen to it. That a connector took something away nobody can say in its stead.
 */
function saidBy(step: Step, target: Target, said: string, at: number): Partial<Target> {
  if (!maySayByHand(step, target.trouble)) throw problem('conflict', 'This step does not wait for a person.');
  if (step.holds === 1) return { ...SMOOTH, before: target.before ?? '{}', taken_at: at };
  return { ...SMOOTH, ...NOTHING_TAKEN, left_over: JSON.stringify([said]) };
}

/** ICT says that what no system carries was done by hand: taken away, or given back. */
export async function sayDoneByHand(
  caller: Caller,
  { ref, step: id, how }: { readonly ref: string; readonly step: string; readonly how: string },
  deps: RestoreDeps,
): Promise<void> {
  const { organisation } = caller;
  const { now: at } = deps;
  const actor = actorOf(caller);
  await inTransaction(deps.db, async (tx) => {
    const withdrawal = await lockWithdrawal(tx, organisation, ref);
    const step = (await stepsOf(tx, organisation, [withdrawal.id])).find((one) => one.id === id);
    const target = step?.target == null ? undefined : await targetById(tx, organisation, step.target);
    if (step === undefined || target === undefined)
      throw problem('not-found', `${ref} has no step ${id} that is carried out.`);
    refuseOwn(caller, await peopleIn(tx, withdrawal));
    const said = saidBy(step, target, `${actor} has seen to it: ${how}`, at);
    await settle(tx, await changeTarget(tx, target, said), at);
    await queueTarget(tx, step, target.id, deps);
    await appendEvents(tx, withdrawal, [{ at, actor, type: 'done-by-hand', step: id, detail: { how } }]);
    await recordAct(tx, { organisation, at, actor, action: 'withdrawal-done-by-hand', target: `withdrawal:${ref}` });
  });
}
