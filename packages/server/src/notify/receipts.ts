import type { Clock, Random } from '@beadle/shared';
import Type from 'typebox';
import Value from 'typebox/value';
import type { Db, Tx } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import { inTransaction } from '../db/transaction.ts';
import { retryDelay } from '../jobs/back-off.ts';
import { enqueue } from '../jobs/queue.ts';
import type { JobKind } from '../jobs/run.ts';
import type { FarStatus } from './channel.ts';
import type { MailingChannels } from './channels.ts';
import { instead } from './instead.ts';
import { NOTICE_JOB } from './queue.ts';
import { readNotice, recordStatus } from './store.ts';

export const RECEIPT_JOB = 'notice-receipt';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** GOV.UK Notify tries for three days (its "temporary failure"), and keeps a message for seven if nothing else is set. */
const GIVE_UP_AFTER_MS = 4 * 24 * HOUR_MS;

const Payload = Type.Object({ notice: Type.String(), receipt: Type.String(), sentAt: Type.Integer() });
type Payload = Type.Static<typeof Payload>;

/** Soon after it was sent, and then ever more seldom. */
function nextLook(sentAt: number, now: number): number {
  const age = now - sentAt;
  if (age < 10 * MINUTE_MS) return now + MINUTE_MS;
  return now + (age < 2 * HOUR_MS ? 10 * MINUTE_MS : HOUR_MS);
}

interface Plan {
  readonly sentAt: number;
  readonly now: number;
  readonly random: Random;
}

/** Sees to it that what became of a message at the far end is read. */
export async function planLook(tx: Tx, notice: NoticeTable, receipt: string, { sentAt, now, random }: Plan) {
  const { organisation, id } = notice;
  const payload: Payload = { notice: id, receipt, sentAt };
  const job = { organisation, kind: RECEIPT_JOB, key: id, payload, runAt: nextLook(sentAt, now), at: now };
  await enqueue(tx, job, random);
}

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly wake?: () => void;
}

/** Reads what became of a message: one that may yet arrive is sent again, one that never will goes another way. */
export function receiptJob(deps: Deps, channels: MailingChannels): JobKind {
  const { db, clock, random } = deps;
  return {
    forever: true,
    apart: true,
    run: async (payload, { organisation, signal }) => {
      const look = Value.Parse(Payload, payload);
      const notice = await readNotice(db, organisation, look.notice);
      const { statusOf } = channels.first;
      // Sent again since then, or the channel is no longer used.
      if (notice?.status !== 'sent' || notice.receipt !== look.receipt || statusOf === undefined) return;
      const now = clock.now();
      const found = await statusOf(look.receipt, { signal, now });
      const status = found === 'pending' && now - look.sentAt > GIVE_UP_AFTER_MS ? 'unknown' : found;
      await inTransaction(db, (tx) =>
        status === 'pending'
          ? planLook(tx, notice, look.receipt, { sentAt: look.sentAt, now, random })
          : settle(tx, notice, status, { now, random, channels }),
      );
      deps.wake?.();
    },
  };
}

const WORDS: Readonly<Record<Exclude<FarStatus, 'pending'>, string | null>> = {
  delivered: null,
  unknown: 'GOV.UK Notify no longer says what became of it.',
  'permanent-failure': 'GOV.UK Notify could not deliver it: there is no such address.',
  'temporary-failure': 'GOV.UK Notify could not deliver it for three days: the mailbox is full or does not answer.',
  'technical-failure': 'GOV.UK Notify could not deliver it: it had a problem of its own.',
};

async function settle(
  tx: Tx,
  notice: NoticeTable,
  delivery: Exclude<FarStatus, 'pending'>,
  { now, random, channels }: { readonly now: number; readonly random: Random; readonly channels: MailingChannels },
): Promise<void> {
  const { organisation, id } = notice;
  const error = WORDS[delivery];
  if (delivery === 'delivered' || delivery === 'unknown')
    return recordStatus(tx, notice, { status: 'sent', delivery, at: now, error });
  if (delivery === 'permanent-failure') {
    const other = channels.instead === null ? null : await instead(tx, notice, { now, random });
    const more =
      other === null ? ' Give the role another address, then try again.' : ` Sent by e-mail instead (${other}).`;
    return recordStatus(tx, notice, { status: 'failed', delivery, at: now, error: `${error}${more}` });
  }
  await recordStatus(tx, notice, { status: 'waiting', delivery, at: now, error });
  const runAt = now + retryDelay(Math.max(notice.attempts, 1), random);
  await enqueue(tx, { organisation, kind: NOTICE_JOB, key: id, payload: { notice: id }, runAt, at: now }, random);
}
