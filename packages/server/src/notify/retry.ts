import type { Random } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { problem } from '../errors.ts';
import { enqueue } from '../jobs/queue.ts';
import { type ChannelSettings, machineChannels } from './channels.ts';
import { readDelivery } from './list.ts';
import { jobOf } from './queue.ts';

interface RetryDeps {
  readonly db: Db;
  readonly now: number;
  readonly random: Random;
  readonly settings: Pick<ChannelSettings, 'webhooks' | 'siems'>;
}

/** Makes a delivery that waits or has failed due at once; call the worker's `wake()` afterwards. */
export async function retryNotice(caller: Caller, id: string, { db, now, random, settings }: RetryDeps): Promise<void> {
  const { organisation } = caller;
  if ((await readDelivery(db, caller, id)) === undefined) throw problem('notice-unknown', 'No message has this id.');
  await inTransaction(db, async (tx) => {
    const notice = await tx
      .selectFrom('notices')
      .selectAll()
      .where('organisation', '=', organisation)
      .where('id', '=', id)
      .executeTakeFirst();
    if (notice === undefined) throw problem('notice-unknown', 'No message has this id.');
    if (notice.status === 'sent') throw problem('conflict', 'This message has been sent already.');
    if (notice.role === '' && !machineChannels(settings).some(({ name }) => name === notice.channel))
      throw problem('conflict', 'The settings do not name this channel any more.');
    await tx
      .updateTable('notices')
      .set({ status: 'waiting' })
      .where('organisation', '=', organisation)
      .where('id', '=', id)
      .where('status', '<>', 'sent')
      .execute();
    const job = { organisation, kind: jobOf(notice), key: id, payload: { notice: id } };
    await enqueue(tx, { ...job, runAt: now, at: now }, random);
    await recordAct(tx, {
      organisation,
      at: now,
      actor: actorOf(caller),
      action: 'notice-retried',
      target: `notice:${id}`,
      detail: { channel: notice.channel, attempts: notice.attempts },
    });
  });
}
