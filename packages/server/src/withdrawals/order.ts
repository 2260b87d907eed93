import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import { noBreach } from '../breaches/life/act.ts';
import { readBreach } from '../breaches/read.ts';
import { appendEvent } from '../breaches/events.ts';
import type { Tx } from '../db/database.ts';
import { nextReference } from '../db/references.ts';
import { inTransaction } from '../db/transaction.ts';
import { addWorkingTime, workingCalendar } from '../deadlines/calendar.ts';
import { problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Person } from '../people/store.ts';
import type { OrderDeps } from './deps.ts';
import { appendEvents } from './events.ts';
import { tellOfApproval } from './notices.ts';
import { GROUP_PREFIX, type Order } from './schema.ts';
import { begin } from './begin.ts';
import type { Withdrawal } from './store.ts';
import { connectorsFor, peopleNamed } from './subjects.ts';

const REVIEW_AFTER = 'P5D';

/** Permanent, or for a whole group: a second person decides (clause 4.6, invariant 8). */
export const needsSecondPerson = ({ mode, subjects }: Pick<Order, 'mode' | 'subjects'>): boolean =>
  mode === 'permanent' || subjects.some((subject) => subject.startsWith(GROUP_PREFIX));

interface Moments {
  readonly until: number | null;
  readonly reviewAt: number | null;
}

async function momentsOf(tx: Tx, organisation: string, order: Order, now: number): Promise<Moments> {
  const until = typeof order.until === 'string' ? Date.parse(order.until) : null;
  const refuse = (field: string, expected: string) =>
    problem('validation', `${field}: expected ${expected}.`, [{ field, expected }]);
  if (order.mode === 'temporary' && until === null)
    throw refuse('until', 'the moment at which it is given back, as it is temporary');
  if (order.mode === 'permanent' && until !== null) throw refuse('until', 'nothing, as it is permanent');
  if (until !== null && until <= now) throw refuse('until', 'a moment that is to come');
  if (typeof order.reviewAt === 'string') {
    const reviewAt = Date.parse(order.reviewAt);
    if (reviewAt <= now) throw refuse('reviewAt', 'a moment that is to come');
    return { until, reviewAt };
  }
  const { settings } = await readOrganisation(tx, organisation);
  const usual = addWorkingTime(now, REVIEW_AFTER, workingCalendar(settings.calendar));
  return { until, reviewAt: until === null || usual < until ? usual : null };
}

async function breachOf(tx: Tx, caller: Caller, ref: string | null | undefined) {
  if (typeof ref !== 'string') return null;
  const breach = await readBreach(tx, caller, ref);
  if (breach === undefined) throw noBreach(ref);
  return breach;
}

/** A step for each person, facility and connector; of a connector that is switched off nothing will be carried out. */
async function planSteps(tx: Tx, withdrawal: Withdrawal, people: readonly Person[], order: Order, deps: OrderDeps) {
  const parts = order.facilities.flatMap((facility) =>
    connectorsFor(facility, deps.connectors).map((connector) => ({ facility, connector: connector.name })),
  );
  const { organisation } = withdrawal;
  const rows = people.flatMap((person) =>
    parts.map((part) => ({
      organisation,
      id: newId(deps.now, deps.random),
      withdrawal: withdrawal.id,
      target: null,
      person: person.id,
      account: person.account,
      ...part,
      status: 'planned',
      holds: 0,
      proof: null,
      left_over: null,
      changed_at: deps.now,
    })),
  );
  for (let from = 0; from < rows.length; from += 200)
    await tx
      .insertInto('withdrawal_steps')
      .values(rows.slice(from, from + 200))
      .execute();
}

const UNDECIDED = { decided_by: null, decided_at: null, decision_reason: null } as const;
const NOT_ENDED = {
  restored_by: null,
  restore_asked_at: null,
  restore_reason: null,
  ended_at: null,
  needing_told: 0,
  left_told: 0,
} as const;

async function insert(
  tx: Tx,
  caller: Caller,
  order: Order,
  more: Moments & { breach: string | null },
  deps: OrderDeps,
) {
  const { organisation } = caller;
  const { now: at, random } = deps;
  const withdrawal: Withdrawal = {
    organisation,
    id: newId(at, random),
    ref: await nextReference(tx, organisation, 'withdrawals', at),
    mode: order.mode,
    facilities: JSON.stringify(order.facilities),
    subjects: JSON.stringify(order.subjects),
    until: more.until,
    review_at: more.reviewAt,
    reviewed_at: null,
    reason: order.reason,
    breach: more.breach,
    requested_by: actorOf(caller),
    requested_at: at,
    status: 'awaiting-approval',
    ...UNDECIDED,
    ...NOT_ENDED,
  };
  await tx.insertInto('withdrawals').values(withdrawal).execute();
  return withdrawal;
}

/**
 * Orders that access be withdrawn: at once, or once a second person has approved. Gives its reference. Call the worker's
 * `wake()` afterwards.
 */
export async function orderWithdrawal(caller: Caller, order: Order, deps: OrderDeps): Promise<string> {
  const { organisation } = caller;
  const { now: at } = deps;
  const actor = actorOf(caller);
  return inTransaction(deps.db, async (tx) => {
    const people = await peopleNamed(tx, organisation, order.subjects);
    const breach = await breachOf(tx, caller, order.breach);
    const moments = await momentsOf(tx, organisation, order, at);
    const withdrawal = await insert(tx, caller, order, { ...moments, breach: breach?.id ?? null }, deps);
    const { ref, facilities } = withdrawal;
    await planSteps(tx, withdrawal, people, order, deps);
    await appendEvents(tx, withdrawal, [{ at, actor, type: 'ordered', detail: { people: people.length } }]);
    if (breach !== null)
      await appendEvent(tx, breach, { at, actor, type: 'withdrawal-ordered', detail: { withdrawal: ref } });
    const act = { organisation, at, actor, action: 'withdrawal-ordered', target: `withdrawal:${ref}` };
    const detail = { subjects: order.subjects, facilities: JSON.parse(facilities) as unknown, mode: order.mode };
    await recordAct(tx, { ...act, detail });
    if (needsSecondPerson(order)) await tellOfApproval(tx, withdrawal, deps);
    else await begin(tx, withdrawal, deps);
    return ref;
  });
}
