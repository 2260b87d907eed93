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

export async function countNoticesFailed(db: Db): Promise<number> {
  const row = await db
    .selectFrom('notices')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('status', '=', 'failed')
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
    .where('status', '=', 'waiting')
    .execute();
}

/** A machine has it; does nothing where another attempt has done so. */
export async function recordDelivered(
  db: Db,
  { organisation, id }: NoticeTable,
  { receipt, address, at }: { readonly receipt: string | null; readonly address: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('notices')
    .set((row) => ({
      status: 'sent',
      sent_at: at,
      address,
      receipt,
      attempts: row('attempts', '+', 1),
      last_error: null,
    }))
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .execute();
}

/** What the far end said later of what it had taken; does nothing where it was sent again since. */
export async function recordStatus(
  tx: Tx,
  { organisation, id, receipt }: NoticeTable,
  said: { readonly status: string; readonly delivery: string; readonly at: number; readonly error: string | null },
): Promise<void> {
  await tx
    .updateTable('notices')
    .set({
      status: said.status,
      delivery: said.delivery,
      delivered_at: said.delivery === 'delivered' ? said.at : null,
      last_error: said.error,
    })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('status', '=', 'sent')
    .where('receipt', '=', receipt)
    .execute();
}

interface SentToRole {
  readonly channel: string;
  readonly receipt: string | null;
  readonly address: string;
  readonly as: 'holder' | 'deputy' | 'settings' | 'person';
  readonly at: number;
}

/** Marks it sent, and its breaches as notified from then on; does nothing where another attempt has done so. */
export async function recordSent(tx: Tx, notice: NoticeTable, sent: SentToRole): Promise<void> {
  const { organisation, id, role } = notice;
  const first = await tx
    .updateTable('notices')
    .set((row) => ({
      status: 'sent',
      channel: sent.channel,
      sent_at: sent.at,
      address: sent.address,
      sent_as: sent.as,
      receipt: sent.receipt,
      delivery: null,
      delivered_at: null,
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
