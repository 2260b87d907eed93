import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import { locking } from '../db/locks.ts';
import type { WithdrawalStepTable, WithdrawalTable, WithdrawalTargetTable } from '../db/schema-withdrawals.ts';
import { problem } from '../errors.ts';
import { ENDED_STEPS, type Target } from './target.ts';

export type Withdrawal = Selectable<WithdrawalTable>;
export type Step = Selectable<WithdrawalStepTable>;

const unknown = (ref: string) => problem('withdrawal-unknown', `There is no withdrawal ${ref}.`);

/** Throws `withdrawal-unknown`. */
export async function withdrawalOf(db: Db | Tx, organisation: string, ref: string): Promise<Withdrawal> {
  const row = await db
    .selectFrom('withdrawals')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('ref', '=', ref)
    .executeTakeFirst();
  if (row === undefined) throw unknown(ref);
  return row;
}

/** The same, and whoever else acts on it waits. */
export async function lockWithdrawal(tx: Tx, organisation: string, ref: string): Promise<Withdrawal> {
  const query = tx
    .selectFrom('withdrawals')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('ref', '=', ref);
  const row = await locking(tx, query).executeTakeFirst();
  if (row === undefined) throw unknown(ref);
  return row;
}

export const changeWithdrawal = (tx: Tx, { organisation, id }: Withdrawal, columns: Updateable<WithdrawalTable>) =>
  tx.updateTable('withdrawals').set(columns).where('organisation', '=', organisation).where('id', '=', id).execute();

export const stepsOf = (db: Db | Tx, organisation: string, withdrawals: readonly string[]): Promise<Step[]> =>
  withdrawals.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('withdrawal_steps')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('withdrawal', 'in', [...withdrawals])
        .orderBy('withdrawal')
        .orderBy('account')
        .orderBy('facility')
        .orderBy('connector')
        .execute();

export const targetById = (db: Db | Tx, organisation: string, id: string): Promise<Target | undefined> =>
  db
    .selectFrom('withdrawal_targets')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();

type TargetKey = Pick<WithdrawalTargetTable, 'organisation' | 'person' | 'facility' | 'connector'>;

/** Of one that nothing has been taken from, what was shown when it was given back the last time. */
const forgetEnded = (tx: Tx, organisation: string, id: string) =>
  tx
    .updateTable('withdrawal_targets')
    .set({ proof: null, left_over: null })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('before', 'is', null)
    .execute();

/** The id of the one target of a person, a facility and a connector; makes it where it is not there. */
export async function ensureTarget(
  tx: Tx,
  key: TargetKey,
  fresh: Pick<WithdrawalTargetTable, 'id' | 'account' | 'email'>,
): Promise<string> {
  const row: Insertable<WithdrawalTargetTable> = {
    ...key,
    ...fresh,
    version: 1,
    before: null,
    changes: null,
    taken_at: null,
    proven_at: null,
    given_at: null,
    answered_at: null,
    left_over: null,
    proof: null,
    trouble: null,
    trouble_words: null,
    trouble_since: null,
  };
  await tx
    .insertInto('withdrawal_targets')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organisation', 'person', 'facility', 'connector']).doNothing())
    .execute();
  const { id } = await tx
    .selectFrom('withdrawal_targets')
    .select('id')
    .where('organisation', '=', key.organisation)
    .where('person', '=', key.person)
    .where('facility', '=', key.facility)
    .where('connector', '=', key.connector)
    .executeTakeFirstOrThrow();
  await forgetEnded(tx, key.organisation, id);
  return id;
}

/** The steps that hold a target, or have let go of it and are not ended. */
export const openStepsOf = (tx: Db | Tx, organisation: string, target: string): Promise<Step[]> =>
  tx
    .selectFrom('withdrawal_steps')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('target', '=', target)
    .where('status', 'not in', ENDED_STEPS)
    .orderBy('id')
    .execute();

export const changeStep = (tx: Tx, step: Step, columns: Updateable<WithdrawalStepTable>) =>
  tx
    .updateTable('withdrawal_steps')
    .set(columns)
    .where('organisation', '=', step.organisation)
    .where('withdrawal', '=', step.withdrawal)
    .where('id', '=', step.id)
    .execute();

/** Thrown where somebody else has changed a target since it was read: what was about to be written is out of date. */
export class Overtaken extends Error {
  constructor() {
    super('somebody else has changed this meanwhile');
    this.name = 'Overtaken';
  }
}

/** Throws `Overtaken` where the target is no longer as it was read. Gives it as it is then. */
export async function changeTarget(tx: Tx, target: Target, columns: Partial<Target>): Promise<Target> {
  const changed = { ...target, ...columns, version: target.version + 1 };
  const { organisation, id, ...rest } = changed;
  const found = await tx
    .updateTable('withdrawal_targets')
    .set(rest)
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('version', '=', target.version)
    .executeTakeFirst();
  if (found.numUpdatedRows !== 1n) throw new Overtaken();
  return changed;
}
