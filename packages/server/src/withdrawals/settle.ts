import type { Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import { appendEvents, type WithdrawalEvent } from './events.ts';
import { changeStep, openStepsOf, type Step } from './store.ts';
import { ENDED_STEPS, statusWhileGivenBack, statusWhileHeld, type StepStatus, type Target } from './target.ts';

const BEADLE = 'beadle';

function statusOf(step: Step, target: Target, wanted: boolean): StepStatus {
  if (step.holds === 1) return statusWhileHeld(target);
  return wanted ? 'handed-over' : statusWhileGivenBack(target);
}

/** Those that ask for a target, each withdrawal's row locked, in one order, until the transaction ends. */
async function lockAsking(tx: Tx, target: Target): Promise<Step[]> {
  const { organisation } = target;
  const steps = await openStepsOf(tx, organisation, target.id);
  if (steps.length === 0) return [];
  const rows = tx
    .selectFrom('withdrawals')
    .select('id')
    .where('organisation', '=', organisation)
    .where(
      'id',
      'in',
      steps.map(({ withdrawal }) => withdrawal),
    )
    .orderBy('id');
  await locking(tx, rows).execute();
  return openStepsOf(tx, organisation, target.id);
}

function eventOf(step: Step, status: StepStatus, { trouble, trouble_words, left_over }: Target, at: number) {
  const why = status === 'needs-person' || status === 'retrying' ? { reason: trouble_words } : {};
  const left = status === 'restored' && left_over !== null ? { left: JSON.parse(left_over) as unknown } : {};
  const event: WithdrawalEvent = { at, actor: BEADLE, type: status, step: step.id, detail: { ...why, ...left } };
  return trouble === null && status === 'planned' ? null : event;
}

async function settleStep(tx: Tx, step: Step, target: Target, to: { status: StepStatus; at: number }): Promise<void> {
  const { status, at } = to;
  if (status === step.status && target.proof === step.proof) return;
  await changeStep(tx, step, { status, proof: target.proof, left_over: target.left_over, changed_at: at });
  const event = status === step.status ? null : eventOf(step, status, target, at);
  if (event !== null) await appendEvents(tx, { organisation: step.organisation, id: step.withdrawal }, [event]);
}

/** A withdrawal that is being given back has ended once each of its steps has. */
async function endIfRestored(tx: Tx, organisation: string, id: string, at: number): Promise<void> {
  const open = await tx
    .selectFrom('withdrawal_steps')
    .select('id')
    .where('organisation', '=', organisation)
    .where('withdrawal', '=', id)
    .where('status', 'not in', ENDED_STEPS)
    .limit(1)
    .executeTakeFirst();
  if (open !== undefined) return;
  const ended = await tx
    .updateTable('withdrawals')
    .set({ status: 'restored', ended_at: at })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('status', '=', 'restoring')
    .executeTakeFirst();
  if (ended.numUpdatedRows === 1n)
    await appendEvents(tx, { organisation, id }, [{ at, actor: BEADLE, type: 'restored' }]);
}

/** Says in each step that asks for a target how it stands, and ends the withdrawals of which nothing is left to do. */
export async function settle(tx: Tx, target: Target, at: number): Promise<void> {
  const steps = await lockAsking(tx, target);
  const wanted = steps.some(({ holds }) => holds === 1);
  for (const step of steps) await settleStep(tx, step, target, { status: statusOf(step, target, wanted), at });
  for (const id of new Set(steps.map(({ withdrawal }) => withdrawal)))
    await endIfRestored(tx, target.organisation, id, at);
}

export async function isWanted(tx: Parameters<typeof openStepsOf>[0], { organisation, id }: Target): Promise<boolean> {
  return (await openStepsOf(tx, organisation, id)).some(({ holds }) => holds === 1);
}
