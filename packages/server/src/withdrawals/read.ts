import { visibleTo } from '../concealed.ts';
import type { Caller } from '../access.ts';
import { holding } from '../containing.ts';
import type { Db } from '../db/database.ts';
import { problem } from '../errors.ts';
import type { Step, Withdrawal } from './store.ts';

export interface WithdrawalRow extends Withdrawal {
  /** The reference of its breach; null too where that is kept from whoever asks. */
  readonly breach_ref: string | null;
  /** How many steps stand how. */
  readonly counts: Record<string, number>;
  /** Whether any step of it is carried out; a dry run is not. */
  readonly live: boolean;
}

export interface StepRow extends Step {
  readonly changes: string | null;
  readonly trouble: string | null;
  readonly trouble_words: string | null;
}

export interface WithdrawalFilter {
  /** An account: whose access it is. */
  readonly subject?: string | undefined;
  readonly facility?: string | undefined;
  /** Part of a reference or of what was named. */
  readonly q?: string | undefined;
  /** Those that are in force, wait for a decision, or are being given back. */
  readonly open?: boolean | undefined;
}

function matching(db: Db, { organisation }: Caller, { subject, facility, open, q }: WithdrawalFilter) {
  let query = db.selectFrom('withdrawals').where('withdrawals.organisation', '=', organisation);
  if (q !== undefined)
    query = query.where((eb) => eb.or([holding('withdrawals.ref', q), holding('withdrawals.subjects', q)]));
  if (open !== undefined)
    query = query.where('withdrawals.status', open ? 'in' : 'not in', ['awaiting-approval', 'ordered', 'restoring']);
  if (subject !== undefined || facility !== undefined)
    query = query.where((eb) => {
      let steps = eb
        .selectFrom('withdrawal_steps as step')
        .select('step.id')
        .whereRef('step.organisation', '=', 'withdrawals.organisation')
        .whereRef('step.withdrawal', '=', 'withdrawals.id');
      if (subject !== undefined) steps = steps.where('step.account', '=', subject.toLowerCase());
      if (facility !== undefined) steps = steps.where('step.facility', '=', facility);
      return eb.exists(steps);
    });
  return query;
}

async function withCounts(db: Db, caller: Caller, rows: readonly Withdrawal[]): Promise<WithdrawalRow[]> {
  if (rows.length === 0) return [];
  const { organisation } = caller;
  const counted = await db
    .selectFrom('withdrawal_steps')
    .select((eb) => [
      'withdrawal',
      'status',
      eb.fn.countAll<number>().as('count'),
      eb.fn.count<number>('target').as('live'),
    ])
    .where('organisation', '=', organisation)
    .where(
      'withdrawal',
      'in',
      rows.map(({ id }) => id),
    )
    .groupBy(['withdrawal', 'status'])
    .execute();
  const breaches = await refsOf(db, caller, rows);
  return rows.map((row) => {
    const own = counted.filter(({ withdrawal }) => withdrawal === row.id);
    return {
      ...row,
      breach_ref: row.breach === null ? null : (breaches.get(row.breach) ?? null),
      counts: Object.fromEntries(own.map(({ status, count }) => [status, count])),
      live: own.some(({ live }) => live > 0),
    };
  });
}

async function refsOf(db: Db, caller: Caller, rows: readonly Withdrawal[]): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap(({ breach }) => (breach === null ? [] : [breach]));
  if (ids.length === 0) return new Map();
  const found = await db
    .selectFrom('breaches')
    .select(['id', 'ref'])
    .where('organisation', '=', caller.organisation)
    .where('id', 'in', ids)
    .where(visibleTo(caller))
    .execute();
  return new Map(found.map(({ id, ref }) => [id, ref]));
}

/** The newest first; one more than the limit where there is a next page. `after` is the id of the last of the page before. */
export async function listWithdrawals(
  db: Db,
  caller: Caller,
  filter: WithdrawalFilter,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<WithdrawalRow[]> {
  const query = matching(db, caller, filter)
    .selectAll('withdrawals')
    .orderBy('withdrawals.id', 'desc')
    .limit(limit + 1);
  const rows = await (after === undefined ? query : query.where('withdrawals.id', '<', after)).execute();
  return withCounts(db, caller, rows);
}

/** Throws `withdrawal-unknown`. */
export async function readWithdrawal(db: Db, caller: Caller, ref: string): Promise<WithdrawalRow> {
  const rows = await db
    .selectFrom('withdrawals')
    .selectAll()
    .where('organisation', '=', caller.organisation)
    .where('ref', '=', ref)
    .execute();
  const [row] = await withCounts(db, caller, rows);
  if (row === undefined) throw problem('withdrawal-unknown', `There is no withdrawal ${ref}.`);
  return row;
}

/** Every step, by account and facility, with what taking it changes and what stands in its way. */
export function readSteps(db: Db, { organisation, id }: Withdrawal): Promise<StepRow[]> {
  return db
    .selectFrom('withdrawal_steps as step')
    .leftJoin('withdrawal_targets as target', (join) =>
      join.onRef('target.organisation', '=', 'step.organisation').onRef('target.id', '=', 'step.target'),
    )
    .selectAll('step')
    .select(['target.changes', 'target.trouble', 'target.trouble_words'])
    .where('step.organisation', '=', organisation)
    .where('step.withdrawal', '=', id)
    .orderBy('step.account')
    .orderBy('step.facility')
    .orderBy('step.connector')
    .execute();
}

/** What happened to it, in its order. */
export const eventsOf = (db: Db, { organisation, id }: Withdrawal) =>
  db
    .selectFrom('withdrawal_events')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('withdrawal', '=', id)
    .orderBy('sequence')
    .execute();
