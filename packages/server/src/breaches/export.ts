import { iso, isoOrNull } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import { recordAct } from '../audit/record.ts';
import type { Db } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { csv } from '../devices/csv.ts';
import { appearance } from './appearance.ts';
import { listInOrder, type Order, type OrderedPlace, placeIn } from './order.ts';
import type { BreachFilter, BreachView } from './read.ts';

const AT_ONCE = 500;
/** More than a spreadsheet is read by anybody; the filter narrows it. */
export const MOST_EXPORTED = 20_000;

/** What a list says of each, and the moments of its life; nobody's name but that of whose case it is. */
const COLUMNS: readonly (readonly [heading: string, cell: (breach: BreachView) => string | null])[] = [
  ['reference', ({ ref }) => ref],
  ['what appears', appearance],
  ['status', ({ status }) => status],
  ['severity by the policy', ({ severity }) => severity],
  ['severity as assessed', ({ assessed_severity }) => assessed_severity],
  ['decided', ({ triage }) => triage],
  ['category', ({ category }) => category],
  ['owner', ({ owner }) => owner],
  ['who puts it right', ({ duty }) => duty],
  ['rule', ({ rule }) => rule],
  ['clause', ({ clause }) => clause],
  ['asset tag', ({ asset_tag }) => asset_tag],
  ['about', ({ subject }) => subject],
  ['times', ({ count }) => String(count)],
  ['first seen', ({ first_seen }) => iso(first_seen)],
  ['last seen', ({ last_seen }) => iso(last_seen)],
  ['opened', ({ opened_at }) => iso(opened_at)],
  ['council aware', ({ aware_at }) => isoOrNull(aware_at)],
  ['acknowledged', ({ acknowledged_at }) => isoOrNull(acknowledged_at)],
  ['contained', ({ contained_at }) => isoOrNull(contained_at)],
  ['assessed', ({ assessed_at }) => isoOrNull(assessed_at)],
  ['ended', ({ ended_at }) => isoOrNull(ended_at)],
];

async function everything(db: Db, caller: Caller, filter: BreachFilter, order: Order): Promise<BreachView[]> {
  const found: BreachView[] = [];
  for (let after: OrderedPlace | undefined; found.length < MOST_EXPORTED; ) {
    const rows = await listInOrder(db, caller, filter, { order, limit: AT_ONCE, after });
    found.push(...rows.slice(0, AT_ONCE));
    const last = found.at(-1);
    if (rows.length <= AT_ONCE || last === undefined) break;
    after = placeIn(order)(last);
  }
  return found.slice(0, MOST_EXPORTED);
}

/** A list as a file for a spreadsheet. That it left the server, how it was filtered and how many it had, is on record. */
export async function exportBreaches(
  caller: Caller,
  filter: BreachFilter,
  { db, now, order }: { readonly db: Db; readonly now: number; readonly order: Order },
): Promise<string> {
  const found = await everything(db, caller, filter, order);
  const { organisation } = caller;
  const act = { organisation, at: now, actor: actorOf(caller), action: 'breaches-exported', target: 'breaches' };
  await inTransaction(db, (tx) => recordAct(tx, { ...act, detail: { ...filter, count: found.length } }));
  return csv([COLUMNS.map(([heading]) => heading), ...found.map((breach) => COLUMNS.map(([, cell]) => cell(breach)))]);
}
