import { iso, isoOrNull } from '@beadle/shared';
import type { Caller } from '../access.ts';
import type { Db, Tx } from '../db/database.ts';
import { holding } from '../containing.ts';
import { problem } from '../errors.ts';
import { may } from '../people/permissions.ts';
import { type HelpdeskAnswer, type Kind, KINDS } from './schema.ts';

/** Whoever closes records reads all of them; the insurance officer those of damage (clause 5.13). */
const kindsFor = ({ role }: Caller): readonly Kind[] => (may(role, 'helpdesk:write') ? KINDS : ['damage']);

const records = (db: Db | Tx, organisation: string) =>
  db
    .selectFrom('helpdesk_records')
    .leftJoin('devices', (join) =>
      join
        .onRef('devices.organisation', '=', 'helpdesk_records.organisation')
        .onRef('devices.id', '=', 'helpdesk_records.device'),
    )
    .leftJoin('notices as ict', (join) =>
      join
        .onRef('ict.organisation', '=', 'helpdesk_records.organisation')
        .onRef('ict.id', '=', 'helpdesk_records.ict_notice'),
    )
    .leftJoin('notices as insurance', (join) =>
      join
        .onRef('insurance.organisation', '=', 'helpdesk_records.organisation')
        .onRef('insurance.id', '=', 'helpdesk_records.insurance_notice'),
    )
    .selectAll('helpdesk_records')
    .select(['devices.asset_tag', 'ict.sent_at as ict_told_at', 'insurance.sent_at as insurance_told_at'])
    .where('helpdesk_records.organisation', '=', organisation);

export type HelpdeskView = Awaited<ReturnType<ReturnType<typeof records>['execute']>>[number];

export const presentRecord = (row: HelpdeskView): HelpdeskAnswer => ({
  ref: row.ref,
  kind: row.kind,
  device: row.asset_tag,
  description: row.description,
  happenedAt: isoOrNull(row.happened_at),
  reportedAt: iso(row.reported_at),
  reportedBy: row.reported_by,
  ictToldAt: isoOrNull(row.ict_told_at),
  insuranceOfficerToldAt: isoOrNull(row.insurance_told_at),
  closedAt: isoOrNull(row.closed_at),
  closedBy: row.closed_by,
  closeReason: row.close_reason,
});

export interface HelpdeskFilter {
  readonly kind?: string | undefined;
  readonly open?: boolean | undefined;
  /** Part of a reference or an asset tag. */
  readonly q?: string | undefined;
}

export interface HelpdeskPage {
  readonly limit: number;
  /** The id of the last one of the page before: ids rise with the time. */
  readonly after?: string | undefined;
}

/** Records that the caller may read, the newest first; one more than the limit where there is a next page. */
export function listRecords(
  db: Db,
  caller: Caller,
  { kind, open, q }: HelpdeskFilter,
  { limit, after }: HelpdeskPage,
): Promise<HelpdeskView[]> {
  let query = records(db, caller.organisation).where('helpdesk_records.kind', 'in', [...kindsFor(caller)]);
  if (kind !== undefined) query = query.where('helpdesk_records.kind', '=', kind);
  if (open !== undefined) query = query.where('helpdesk_records.closed_at', open ? 'is' : 'is not', null);
  if (q !== undefined)
    query = query.where((eb) => eb.or([holding('helpdesk_records.ref', q), holding('devices.asset_tag', q)]));
  if (after !== undefined) query = query.where('helpdesk_records.id', '<', after);
  return query
    .orderBy('helpdesk_records.id', 'desc')
    .limit(limit + 1)
    .execute();
}

const unknown = (ref: string) => problem('helpdesk-record-unknown', `There is no helpdesk record ${ref}.`);

/** One by its reference. Throws `helpdesk-record-unknown`, also where the caller may not read it. */
export async function recordOf(db: Db | Tx, caller: Caller, ref: string): Promise<HelpdeskView> {
  const row = await records(db, caller.organisation)
    .where('helpdesk_records.ref', '=', ref)
    .where('helpdesk_records.kind', 'in', [...kindsFor(caller)])
    .executeTakeFirst();
  if (row === undefined) throw unknown(ref);
  return row;
}

/** One that the caller has reported, whatever else they may read. */
export async function ownRecordOf(db: Db, organisation: string, actor: string, ref: string): Promise<HelpdeskView> {
  const row = await records(db, organisation)
    .where('helpdesk_records.ref', '=', ref)
    .where('helpdesk_records.reported_by', '=', actor)
    .executeTakeFirst();
  if (row === undefined) throw unknown(ref);
  return row;
}
