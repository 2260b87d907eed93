import { type Clock, iso, type Role, ROLES } from '@beadle/shared';
import Type from 'typebox';
import Value from 'typebox/value';
import type { Db } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import type { JobKind } from '../jobs/run.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { Settings } from '../settings.ts';
import { type Channel, channelOf } from './channels.ts';
import { mailOf } from './mail.ts';
import { recipientOf } from './recipient.ts';
import { readNotice, recordFailure, recordSent } from './store.ts';
import { inTransaction } from '../db/transaction.ts';

interface DeliverDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'smtp' | 'mailFolder' | 'origin'>;
}

const Payload = Type.Object({ notice: Type.String() });
const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/**
 * Delivers a notice to whoever has its role now: an address that was mended while it waited counts. A process that dies
 * between the mail server's answer and the record sends it again, under the same Message-ID.
 */
export function noticeJob({ db, clock, settings }: DeliverDeps): JobKind {
  const send = channelOf(settings);
  return {
    forever: true,
    run: async (payload, { organisation, signal }) => {
      const notice = await readNotice(db, organisation, Value.Parse(Payload, payload).notice);
      if (notice === undefined || notice.status === 'sent') return;
      try {
        const address = await sendNotice({ db, settings, send, signal }, notice);
        await inTransaction(db, (tx) => recordSent(tx, notice, { address, at: clock.now() }));
      } catch (error) {
        await recordFailure(db, notice, (error instanceof Error ? error.message : String(error)).slice(0, 500));
        throw error;
      }
    },
  };
}

async function sendNotice(
  { db, settings, send, signal }: Omit<DeliverDeps, 'clock'> & { readonly send: Channel; readonly signal: AbortSignal },
  notice: NoticeTable,
): Promise<string> {
  const council = await readOrganisation(db, notice.organisation);
  const recipient = recipientOf(
    council.settings,
    isRole(notice.role) ? notice.role : 'information-security-team-leader',
  );
  const mail = mailOf({
    id: notice.id,
    title: notice.title,
    body: notice.body,
    createdAt: notice.created_at,
    recipient,
    council: council.name,
    settings: council.settings,
    from: settings.smtp?.from ?? 'beadle@localhost',
  });
  await send({ mail, signal, fileName: `${iso(notice.created_at).slice(0, 10)}-${notice.id}.eml` });
  return recipient.address;
}
