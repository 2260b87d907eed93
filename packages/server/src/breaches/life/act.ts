import type { Random } from '@beadle/shared';
import { actorOf, type Caller } from '../../access.ts';
import { recordAct } from '../../audit/record.ts';
import type { Db, Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import { inTransaction } from '../../db/transaction.ts';
import { problem } from '../../errors.ts';
import { endIfDone } from '../clusters/cluster.ts';
import { isConcealedFrom } from '../../concealed.ts';
import { appendEvent } from '../events.ts';
import { type BreachRow, updateBreach } from '../store.ts';
import { type BreachAct, type BreachStatus, ENDED, statusAfter } from './states.ts';

export interface LifeDeps {
  readonly db: Db;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** What a person does to a breach: who, when and why stand in its timeline, whatever else changes. */
export interface LifeAct {
  /** Null where its status stays. */
  readonly act: BreachAct | null;
  /** What the timeline calls it, such as `contained`; the audit log says `breach-contained`. */
  readonly type: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Where it has been done already: done again it leaves no trace. */
  readonly isDone?: (breach: BreachRow) => boolean;
  /** Throws a problem where it may not be; gives what changes beside the status. */
  readonly work?: (tx: Tx, breach: BreachRow) => Promise<Partial<BreachRow>> | Partial<BreachRow>;
}

export const noBreach = (ref: string) => problem('breach-unknown', `There is no breach ${ref}.`);

async function lockBreaches(tx: Tx, caller: Caller, refs: readonly string[]): Promise<BreachRow[]> {
  const found = tx
    .selectFrom('breaches')
    .selectAll()
    .where('organisation', '=', caller.organisation)
    .where('ref', 'in', [...refs])
    .orderBy('id');
  const rows = (await locking(tx, found).execute()).filter((breach) => !isConcealedFrom(breach, caller));
  const missing = refs.find((ref) => !rows.some((breach) => breach.ref === ref));
  if (missing !== undefined) throw noBreach(missing);
  return rows;
}

const CANNOT: Readonly<Record<BreachAct, string>> = {
  acknowledge: 'be acknowledged',
  confirm: 'be confirmed',
  'call-near-miss': 'be called a near miss',
  dismiss: 'be called no breach',
  contain: 'be contained',
  assess: 'be assessed',
  close: 'be closed',
  reopen: 'be opened again',
  restore: 'be restored',
  recur: 'come back',
};

const ADVICE: Partial<Record<BreachAct, string>> = {
  assess: 'Decide first whether it is a breach.',
  close: 'It has ended already.',
};

/** The status that an act leads to, or the problem that it may not be done. */
function next({ ref, status }: BreachRow, act: BreachAct): BreachStatus {
  const after = statusAfter(act, status as BreachStatus);
  if (after !== undefined) return after;
  const why = ENDED.has(status) ? 'Open it again first.' : 'It is open.';
  throw problem('conflict', `${ref} is ${status} and cannot ${CANNOT[act]}. ${ADVICE[act] ?? why}`);
}

/** The second breach of a device about the same thing would be one too many. */
async function refuseSecond(tx: Tx, breach: BreachRow): Promise<void> {
  if (breach.device === null || breach.kind === 'person') return;
  const other = await tx
    .selectFrom('breaches')
    .select('ref')
    .where('organisation', '=', breach.organisation)
    .where('device', '=', breach.device)
    .where('rule', '=', breach.rule)
    .where('subject', '=', breach.subject)
    .where('kind', '=', breach.kind)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  if (other !== undefined)
    throw problem(
      'conflict',
      `${other.ref} is open about the same: go on there instead of opening ${breach.ref} again.`,
    );
}

async function change(tx: Tx, breach: BreachRow, { act, work }: LifeAct, by: { actor: string; now: number }) {
  const status = act === null ? (breach.status as BreachStatus) : next(breach, act);
  const changed = (await work?.(tx, breach)) ?? {};
  const endedAt = ENDED.has(status) ? (breach.ended_at ?? by.now) : null;
  if (endedAt === null && breach.ended_at !== null) await refuseSecond(tx, breach);
  const seen = breach.acknowledged_at === null ? { acknowledged_at: by.now, acknowledged_by: by.actor } : {};
  await updateBreach(tx, breach, { ...seen, ...changed, status, ended_at: endedAt });
}

/** One act on breaches that are named: on all of them, or on none. Of two people's acts at once the second sees the first. */
export async function actOn(
  caller: Caller,
  refs: readonly string[],
  act: LifeAct,
  { db, now }: Pick<LifeDeps, 'db' | 'now'>,
): Promise<void> {
  await inTransaction(db, (tx) => actIn(tx, caller, refs, act, now));
}

/** The same in a transaction that does more. `target` is what the audit log names where it is not each breach. */
export async function actIn(
  tx: Tx,
  caller: Caller,
  refs: readonly string[],
  act: LifeAct,
  now: number,
  target?: string,
): Promise<void> {
  const actor = actorOf(caller);
  const { organisation } = caller;
  const breaches = (await lockBreaches(tx, caller, refs)).filter((breach) => act.isDone?.(breach) !== true);
  if (breaches.length === 0) return;
  for (const breach of breaches) {
    await change(tx, breach, act, { actor, now });
    await appendEvent(tx, breach, { at: now, actor, type: act.type, detail: act.detail ?? {} });
  }
  for (const cluster of new Set(breaches.map((breach) => breach.cluster)))
    await endIfDone(tx, organisation, cluster, now);
  const targets = target === undefined ? breaches.map(({ ref }) => `breach:${ref}`) : [target];
  for (const each of targets)
    await recordAct(tx, {
      organisation,
      at: now,
      actor,
      action: `breach-${act.type}`,
      target: each,
      ...(act.detail === undefined ? {} : { detail: act.detail }),
    });
}
