import { isRole, type Random } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import { eventOf } from '../event-types.ts';
import { queueNotice } from './queue.ts';

/** Queues the e-mail that stands in for a message that GOV.UK Notify could not deliver, and says so in it. Gives its id. */
export function instead(
  tx: Tx,
  notice: NoticeTable,
  { now, random }: { readonly now: number; readonly random: Random },
): Promise<string> {
  const { organisation, id, role, title, address, person } = notice;
  const said = `This is sent by e-mail because GOV.UK Notify could not deliver it to ${address}.`;
  return queueNotice(
    tx,
    {
      organisation,
      role: isRole(role) ? role : 'information-security-team-leader',
      title,
      body: `${notice.body}\n\n${said}`,
      breaches: JSON.parse(notice.breaches),
      at: now,
      event: {
        id: notice.event ?? id,
        type: eventOf(notice.type),
        reference: notice.reference,
        severity: notice.severity,
        path: notice.path ?? '/',
      },
      insteadOf: id,
      person,
    },
    random,
  );
}
