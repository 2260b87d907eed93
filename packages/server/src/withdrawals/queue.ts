import type { Tx } from '../db/database.ts';
import { enqueue } from '../jobs/queue.ts';
import type { OrderDeps } from './deps.ts';
import type { Step, Withdrawal } from './store.ts';

type QueueDeps = Pick<OrderDeps, 'now' | 'random'>;

/** One kind for each connector, so that a system that is away holds up none but its own. */
export const targetJob = (connector: string): string => `withdrawal:${connector}`;

/** Brings a target to where it is wanted, now or at `runAt`; one that waits already comes at the earlier of the two. */
export async function queueTarget(
  tx: Tx,
  { organisation, connector }: Pick<Step, 'organisation' | 'connector'>,
  target: string,
  { now: at, random, runAt = at }: QueueDeps & { readonly runAt?: number },
): Promise<void> {
  const job = { organisation, kind: targetJob(connector), key: target, payload: { target }, runAt, at };
  await enqueue(tx, job, random);
}

export const ROUND_JOB = 'withdrawal-round';

type Dated = Pick<Withdrawal, 'until' | 'review_at' | 'reviewed_at'>;

/** So long what needs a person is gathered before ICT is told: a system that is down is one message. */
const GATHER_MS = 60_000;

/** When there is something to do for one that is in force; null where there is nothing. */
export function nextMoment({ until, review_at, reviewed_at }: Dated): number | null {
  const moments = [until, reviewed_at === null ? review_at : null].filter((at) => at !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** One look at all withdrawals of an organisation, at the earliest moment that was asked for. */
export const planAt = (tx: Tx, organisation: string, runAt: number, { now: at, random }: QueueDeps) =>
  enqueue(tx, { organisation, kind: ROUND_JOB, key: ROUND_JOB, payload: {}, runAt, at }, random);

/** Sees to it that somebody looks when a withdrawal ends, or is to be looked at again. */
export async function planRound(tx: Tx, withdrawal: Withdrawal, deps: QueueDeps): Promise<void> {
  const at = nextMoment(withdrawal);
  if (at !== null) await planAt(tx, withdrawal.organisation, Math.max(at, deps.now), deps);
}

/** Something needs a person, or has ended: ICT is told in a minute, in one message for all that comes until then. */
export const planTelling = (tx: Tx, organisation: string, deps: QueueDeps): Promise<void> =>
  planAt(tx, organisation, deps.now + GATHER_MS, deps);
