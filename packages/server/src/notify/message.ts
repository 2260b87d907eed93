import type { Db } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import { eventOf } from '../event-types.ts';
import { readOrganisation } from '../organisation/store.ts';
import type { BreachFacts, Message } from './channel.ts';

async function factsOf(db: Db, { organisation, breaches }: NoticeTable): Promise<BreachFacts[]> {
  const ids = JSON.parse(breaches) as readonly string[];
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('breaches')
    .leftJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'breaches.organisation').onRef('devices.id', '=', 'breaches.device'),
    )
    .selectAll('breaches')
    .select('devices.asset_tag')
    .where('breaches.organisation', '=', organisation)
    .where('breaches.id', 'in', [...ids])
    .orderBy('breaches.ref')
    .execute();
  return rows.map((row) => ({
    ref: row.ref,
    clause: row.clause,
    rule: row.rule,
    says: row.says,
    severity: row.severity,
    assetTag: row.asset_tag,
    count: row.count,
    firstSeen: row.first_seen,
    openedAt: row.opened_at,
    policyVersion: row.policy_version,
  }));
}

/** A delivery as its channel is given it, with what the council's settings say now. */
export async function messageOf(db: Db, notice: NoticeTable, origin: string): Promise<Message> {
  const { name, settings } = await readOrganisation(db, notice.organisation);
  return {
    id: notice.id,
    type: eventOf(notice.type),
    at: notice.created_at,
    reference: notice.reference,
    severity: notice.severity,
    title: notice.title,
    body: notice.body,
    url: `${origin}${notice.path ?? '/'}`,
    council: name,
    settings,
    breaches: await factsOf(db, notice),
    failedReceipt: notice.delivery === null ? null : notice.receipt,
  };
}
