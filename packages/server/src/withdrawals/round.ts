import type { Db, Tx } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { tellOfLeft, tellOfNeed, tellOfReview } from './notices.ts';
import type { OrderDeps } from './deps.ts';
import { nextMoment, planAt } from './queue.ts';
import { letGo } from './restore.ts';
import { changeWithdrawal, lockWithdrawal, stepsOf, type Withdrawal } from './store.ts';

type RoundDeps = Pick<OrderDeps, 'now' | 'random' | 'origin'>;

const ENDED_BY_ITSELF = 'The time for which it was ordered is over.';

async function attend(tx: Tx, withdrawal: Withdrawal, deps: RoundDeps): Promise<number | null> {
  const { now } = deps;
  if (withdrawal.until !== null && withdrawal.until <= now) {
    await letGo(tx, withdrawal, { actor: 'beadle', reason: ENDED_BY_ITSELF }, deps);
    return null;
  }
  if (withdrawal.review_at === null || withdrawal.reviewed_at !== null || withdrawal.review_at > now)
    return nextMoment(withdrawal);
  await tellOfReview(tx, withdrawal, deps);
  await changeWithdrawal(tx, withdrawal, { reviewed_at: now });
  return nextMoment({ ...withdrawal, reviewed_at: now });
}

/** Tells of what needs a person, where more does than when it was told last, and of what could not be given back. */
async function tellOf(tx: Tx, withdrawal: Withdrawal, deps: RoundDeps): Promise<void> {
  const steps = await stepsOf(tx, withdrawal.organisation, [withdrawal.id]);
  const needing = steps.filter(({ status }) => status === 'needs-person').length;
  if (needing > withdrawal.needing_told) await tellOfNeed(tx, withdrawal, needing, deps);
  if (needing !== withdrawal.needing_told) await changeWithdrawal(tx, withdrawal, { needing_told: needing });
  const left = steps.flatMap((step) => (step.left_over === null ? [] : (JSON.parse(step.left_over) as string[])));
  if (withdrawal.status !== 'restored' || left.length === 0 || withdrawal.left_told === 1) return;
  await tellOfLeft(tx, withdrawal, left.length, deps);
  await changeWithdrawal(tx, withdrawal, { left_told: 1 });
}

/** Those in which there may be something to do: of the ended ones only where ICT is still to be told what is left over. */
const open = (db: Db, organisation: string) =>
  db
    .selectFrom('withdrawals')
    .select('ref')
    .where('organisation', '=', organisation)
    .where((eb) =>
      eb.or([
        eb('status', 'in', ['ordered', 'restoring']),
        eb.and([
          eb('status', '=', 'restored'),
          eb('left_told', '=', 0),
          eb.exists(
            eb
              .selectFrom('withdrawal_steps as step')
              .select('step.id')
              .whereRef('step.organisation', '=', 'withdrawals.organisation')
              .whereRef('step.withdrawal', '=', 'withdrawals.id')
              .where('step.left_over', 'is not', null),
          ),
        ]),
      ]),
    )
    .orderBy('ref')
    .execute();

/** Ends what is over, reminds of what is to be looked at again, and tells of what needs a person. Run again, it finds nothing. */
export async function runRound(db: Db, organisation: string, deps: RoundDeps): Promise<void> {
  const later: number[] = [];
  for (const { ref } of await open(db, organisation))
    await inTransaction(db, async (tx) => {
      const withdrawal = await lockWithdrawal(tx, organisation, ref);
      await tellOf(tx, withdrawal, deps);
      const next = withdrawal.status === 'ordered' ? await attend(tx, withdrawal, deps) : null;
      if (next !== null) later.push(next);
    });
  if (later.length > 0) await inTransaction(db, (tx) => planAt(tx, organisation, Math.min(...later), deps));
}
