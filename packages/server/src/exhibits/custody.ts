import { hash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { CustodyEventTable } from '../db/schema-exhibits.ts';

export type CustodyEvent = Selectable<CustodyEventTable>;
export type NewCustodyEvent = Omit<CustodyEvent, 'sequence' | 'link' | 'organisation' | 'exhibit'>;

const BEGINNING = '';

/** Over the one before and every word of this one, in the order in which they stand here. */
function linkOf(previous: string, event: Omit<CustodyEvent, 'link'>): string {
  const { sequence, type, happened_at, recorded_at, recorded_by } = event;
  const { handed_by, taken_by, place, condition, seal, note } = event;
  const words = [
    sequence,
    type,
    happened_at,
    recorded_at,
    recorded_by,
    handed_by,
    taken_by,
    place,
    condition,
    seal,
    note,
  ];
  return hash('sha256', JSON.stringify([previous, ...words]), 'hex');
}

/** Everything that was written about an exhibit, in its order. */
export const custodyOf = (db: Db | Tx, organisation: string, exhibit: string): Promise<CustodyEvent[]> =>
  db
    .selectFrom('custody_events')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('exhibit', '=', exhibit)
    .orderBy('sequence')
    .execute();

/** Adds to the record of custody, whose exhibit the caller has locked; gives the link of what was added. */
export async function appendCustody(
  tx: Tx,
  { organisation, id: exhibit }: { readonly organisation: string; readonly id: string },
  event: NewCustodyEvent,
): Promise<string> {
  const last = (await custodyOf(tx, organisation, exhibit)).at(-1);
  const row = { ...event, organisation, exhibit, sequence: (last?.sequence ?? 0) + 1 };
  const link = linkOf(last?.link ?? BEGINNING, row);
  await tx
    .insertInto('custody_events')
    .values({ ...row, link })
    .execute();
  return link;
}

/** Whether each follows from the one before, and none is missing from the middle or the beginning. */
export const isIntact = (events: readonly CustodyEvent[]): boolean =>
  events.every(
    (event, index) =>
      event.sequence === index + 1 && event.link === linkOf(events[index - 1]?.link ?? BEGINNING, event),
  );
