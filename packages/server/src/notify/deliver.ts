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
import { type Addressee, addresseeOf } from './recipient.ts';
import { readNotice, recordFailure, recordSent } from './store.ts';
import { inTransaction } from '../db/transaction.ts';

interface DeliverDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'smtp' | 'mailFolder' | 'origin'>;
  /** How a message leaves, if not as the settings have it: handed in, so that a simulation can lose it. */
  readonly send?: Channel;
}

const Payload = Type.Object({ notice: Type.String() });
const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/**
 * Delivers a notice to whoever has its role now: an address that was mended while it waited counts. A process that dies
 * between the mail server's answer and the record sends it again, under the same Message-ID.
 */
export function noticeJob({ db, clock, settings, send = channelOf(settings) }: DeliverDeps): JobKind {
  return {
    forever: true,
    run: async (payload, { organisation, signal }) => {
      const notice = await readNotice(db, organisation, Value.Parse(Payload, payload).notice);
      if (notice === undefined || notice.status === 'sent') return;
      try {
        const { address, as } = await sendNotice({ db, clock, settings, send, signal }, notice);
        await inTransaction(db, (tx) => recordSent(tx, notice, { address, as, at: clock.now() }));
      } catch (error) {
        await recordFailure(db, notice, (error instanceof Error ? error.message : String(error)).slice(0, 500));
        throw error;
      }
    },
  };
}

async function sendNotice(
  { db, clock, settings, send, signal }: DeliverDeps & { readonly send: Channel; readonly signal: AbortSignal },
  notice: NoticeTable,
): Promise<Addressee> {
  const council = await readOrganisation(db, notice.organisation);
  const recipient = await addresseeOf(db, {
    organisation: notice.organisation,
    settings: council.settings,
    role: isRole(notice.role) ? notice.role : 'information-security-team-leader',
    standing: notice.standing === 'deputy' ? 'deputy' : undefined,
    today: iso(clock.now()).slice(0, 10),
  });
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
  return recipient;
}
