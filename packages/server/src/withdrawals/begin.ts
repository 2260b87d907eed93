import type { Tx } from '../db/database.ts';
import { tellOfOrder } from './notices.ts';
import type { OrderDeps } from './deps.ts';
import { planRound, queueTarget } from './queue.ts';
import { changeStep, changeWithdrawal, ensureTarget, type Step, stepsOf, type Withdrawal } from './store.ts';
import { peopleIn } from './subjects.ts';

async function beginStep(tx: Tx, step: Step, email: string | null, deps: OrderDeps): Promise<void> {
  // The step's own id serves its target: no other has it.
  const { organisation, person, facility, connector, account } = step;
  const key = { organisation, person, facility, connector };
  const target = await ensureTarget(tx, key, { id: step.id, account, email });
  await changeStep(tx, step, { target, holds: 1 });
  await queueTarget(tx, step, target, deps);
}

/** What was ordered, and approved where that is needed, is carried out from now on; whoever must know is told. */
export async function begin(tx: Tx, withdrawal: Withdrawal, deps: OrderDeps): Promise<void> {
  const { organisation, id } = withdrawal;
  await changeWithdrawal(tx, withdrawal, { status: 'ordered' });
  const steps = await stepsOf(tx, organisation, [id]);
  const people = await peopleIn(tx, withdrawal);
  const known = new Map(people.map((person) => [person.id, person]));
  const live = new Set(deps.connectors.filter(({ enabled }) => enabled).map(({ name }) => name));
  for (const step of steps)
    if (live.has(step.connector)) await beginStep(tx, step, known.get(step.person)?.email ?? null, deps);
  const councillor = people.some(({ population }) => population === 'councillor');
  await tellOfOrder(tx, withdrawal, { councillor, dryRun: !steps.some(({ connector }) => live.has(connector)) }, deps);
  await planRound(tx, withdrawal, deps);
}
