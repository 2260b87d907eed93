import type { Db, Tx } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';

export async function countNoticesWaiting(db: Db): Promise<number> {
  const row = await db
    .selectFrom('notices')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function readNotice(db: Db, organisation: string, id: string): Promise<NoticeTable | undefined> {
  return db
    .selectFrom('notices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function recordFailure(db: Db, notice: NoticeTable, error: string): Promise<void> {
  await db
    .updateTable('notices')
    .set((row) => ({ attempts: row('attempts', '+', 1), last_error: error }))
    .where('organisation', '=', notice.organisation)
    .where('id', '=', notice.id)
    .execute();
}

/** Marks it sent, and its breaches as notified from then on; does nothing where another attempt has done so. */
export async function recordSent(
  tx: Tx,
  notice: NoticeTable,
  sent: { readonly address: string; readonly as: 'holder' | 'deputy' | 'settings'; readonly at: number },
): Promise<void> {
  const { organisation, id, role } = notice;
  const first = await tx
    .updateTable('notices')
    .set((row) => ({
      status: 'sent',
      sent_at: sent.at,
      address: sent.address,
      sent_as: sent.as,
      attempts: row('attempts', '+', 1),
      last_error: null,
    }))
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('status', '<>', 'sent')
    .returning('id')
    .executeTakeFirst();
  if (first === undefined) return;
  const breaches = JSON.parse(notice.breaches) as readonly string[];
  for (const breach of breaches)
    await noteNotified(tx, {
      organisation,
      breach,
      at: sent.at,
      // Whom the clause names was away: that it was the deputy stays on record (clause 4.2).
      detail: { notice: id, role, ...(sent.as === 'deputy' ? { as: 'deputy' } : {}) },
    });
}

interface Notified {
  readonly organisation: string;
  readonly breach: string;
  readonly at: number;
  readonly detail: Readonly<Record<string, string>>;
}

async function noteNotified(tx: Tx, { organisation, breach, at, detail }: Notified): Promise<void> {
  await tx
    .updateTable('breaches')
    .set((row) => ({ notified_at: at, aware_at: row.fn.coalesce('aware_at', row.val(at)) }))
    .where('organisation', '=', organisation)
    .where('id', '=', breach)
    .where('notified_at', 'is', null)
    .execute();
  const last = await tx
    .selectFrom('breach_events')
    .select('sequence')
    .where('organisation', '=', organisation)
    .where('breach', '=', breach)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const sequence = (last?.sequence ?? 0) + 1;
  await tx
    .insertInto('breach_events')
    .values({ organisation, breach, sequence, at, actor: 'beadle', type: 'notified', detail: JSON.stringify(detail) })
    .execute();
}
