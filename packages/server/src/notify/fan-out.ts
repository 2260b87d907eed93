import type { Clock, Random } from '@beadle/shared';
import { sql } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { eventOf } from '../event-types.ts';
import { newId } from '../ids.ts';
import { enqueue } from '../jobs/queue.ts';
import type { MachineChannel } from './channel.ts';
import { machineJob } from './queue.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly wake?: () => void;
}

/**
 * A delivery for each machine that wants to know of it, once for each event: run again, or for another role that is told of
 * the same, it adds nothing. By then the message is in the queue of whoever the policy tells first (invariant 7).
 */
export async function fanOut(
  { db, clock, random, wake }: Deps,
  notice: NoticeTable,
  machines: readonly MachineChannel[],
): Promise<void> {
  const wanting = machines.filter(({ events }) => events.has(eventOf(notice.type)));
  if (wanting.length === 0 || (await isConcealed(db, notice))) return;
  const now = clock.now();
  await inTransaction(db, async (tx) => {
    for (const { name, destination } of wanting)
      await addDelivery(tx, notice, { channel: name, address: destination, now, random });
  });
  wake?.();
}

/** Whoever reads a machine's lists may be the officer whom the breach implicates (invariant 7). */
async function isConcealed(db: Db, { organisation, breaches }: NoticeTable): Promise<boolean> {
  const ids = JSON.parse(breaches) as string[];
  if (ids.length === 0) return false;
  const found = db.selectFrom('breaches').select('id').where('organisation', '=', organisation).where('id', 'in', ids);
  return (await found.where('concealed_from', 'is not', null).limit(1).executeTakeFirst()) !== undefined;
}

interface Added {
  readonly channel: string;
  readonly address: string;
  readonly now: number;
  readonly random: Random;
}

async function addDelivery(tx: Tx, notice: NoticeTable, { channel, address, now, random }: Added): Promise<void> {
  const { organisation, title, breaches, created_at, type, reference, severity, path } = notice;
  const id = newId(now, random);
  const added = await tx
    .insertInto('notices')
    .values({
      organisation,
      id,
      channel,
      role: '',
      address,
      title,
      // No machine is given the text, in which there may be more than it is to know.
      body: '',
      breaches,
      status: 'waiting',
      created_at,
      sent_at: null,
      attempts: 0,
      last_error: null,
      event: notice.event ?? notice.id,
      type,
      reference,
      severity,
      path,
    })
    .onConflict((conflict) =>
      conflict.columns(['organisation', 'event', 'channel']).where('role', '=', sql.lit('')).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  if (added === undefined) return;
  const job = { organisation, kind: machineJob(channel), key: id, payload: { notice: id } };
  await enqueue(tx, { ...job, runAt: now, at: now }, random);
}
