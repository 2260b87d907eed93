import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { csv } from '../devices/csv.ts';
import { type HelpdeskFilter, listRecords, presentRecord } from './read.ts';
import type { HelpdeskAnswer } from './schema.ts';

/** More than a spreadsheet is read by anybody. */
const MOST_EXPORTED = 10_000;

const COLUMNS: readonly (readonly [heading: string, cell: (record: HelpdeskAnswer) => string | null])[] = [
  ['reference', ({ ref }) => ref],
  ['kind', ({ kind }) => kind],
  ['asset tag', ({ device }) => device],
  ['what', ({ description }) => description],
  ['happened', ({ happenedAt }) => happenedAt],
  ['reported', ({ reportedAt }) => reportedAt],
  ['ICT told', ({ ictToldAt }) => ictToldAt],
  ['insurance officer told', ({ insuranceOfficerToldAt }) => insuranceOfficerToldAt],
  ['closed', ({ closedAt }) => closedAt],
  ['why', ({ closeReason }) => closeReason],
];

/** A list as a file for a spreadsheet, without who reported what. That it left the server is on record. */
export async function exportRecords(
  caller: Caller,
  filter: HelpdeskFilter,
  { db, now }: { readonly db: Db; readonly now: number },
): Promise<string> {
  const rows = (await listRecords(db, caller, filter, { limit: MOST_EXPORTED })).slice(0, MOST_EXPORTED);
  const { organisation } = caller;
  const act = { organisation, at: now, actor: actorOf(caller), action: 'helpdesk-exported', target: 'helpdesk' };
  await inTransaction(db, (tx) => recordAct(tx, { ...act, detail: { ...filter, count: rows.length } }));
  const found = rows.map(presentRecord);
  return csv([COLUMNS.map(([heading]) => heading), ...found.map((one) => COLUMNS.map(([, cell]) => cell(one)))]);
}
