import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { type ChannelSettings, machineChannels } from './channels.ts';
import { machineJob } from './queue.ts';

/** At the start of a server: what waits for a machine that the settings no longer name waits for nothing. */
export async function endRemoved(db: Db, settings: Pick<ChannelSettings, 'webhooks' | 'siems'>): Promise<void> {
  const known = new Set(machineChannels(settings).map(({ name }) => name));
  await inTransaction(db, async (tx) => {
    const waiting = await tx
      .selectFrom('notices')
      .select('channel')
      .distinct()
      .where('status', '=', 'waiting')
      .where('role', '=', '')
      .execute();
    const gone = waiting.map(({ channel }) => channel).filter((channel) => !known.has(channel));
    if (gone.length === 0) return;
    await tx
      .updateTable('notices')
      .set({ status: 'failed', last_error: 'The settings do not name this channel any more.' })
      .where('status', '=', 'waiting')
      .where('role', '=', '')
      .where('channel', 'in', gone)
      .execute();
    await tx
      .updateTable('jobs')
      .set({ status: 'done' })
      .where('status', '=', 'waiting')
      .where('kind', 'in', gone.map(machineJob))
      .execute();
  });
}
