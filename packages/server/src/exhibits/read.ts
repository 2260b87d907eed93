import { iso } from '@beadle/shared';
import type { Caller } from '../access.ts';
import { visibleTo } from '../concealed.ts';
import { holding } from '../containing.ts';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { type CustodyEvent, custodyOf, isIntact } from './custody.ts';
import type { ExhibitAnswer } from './schema.ts';

/** One that belongs to a breach which is kept from whoever asks is not there for them. */
const visible = (db: Db | Tx, caller: Caller) =>
  db
    .selectFrom('exhibits')
    .leftJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'exhibits.organisation').onRef('devices.id', '=', 'exhibits.device'),
    )
    .leftJoin('breaches', (join) =>
      join.onRef('breaches.organisation', '=', 'exhibits.organisation').onRef('breaches.id', '=', 'exhibits.breach'),
    )
    .selectAll('exhibits')
    .select(['devices.asset_tag', 'breaches.ref as breach_ref'])
    .where('exhibits.organisation', '=', caller.organisation)
    .where((eb) => eb.or([eb('exhibits.breach', 'is', null), visibleTo(caller)]));

export type ExhibitRow = Awaited<ReturnType<ReturnType<typeof visible>['execute']>>[number];

export interface ExhibitFilter {
  readonly status?: string | undefined;
  /** Part of a reference, an asset tag, a serial or what it is. */
  readonly q?: string | undefined;
  /** The id of a device. */
  readonly device?: string | undefined;
}

/** The newest first; one more than the limit where there is a next page. */
export async function listExhibits(
  db: Db,
  caller: Caller,
  { status, device, q }: ExhibitFilter,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<ExhibitRow[]> {
  let query = visible(db, caller);
  if (status !== undefined) query = query.where('exhibits.status', '=', status);
  if (device !== undefined) query = query.where('exhibits.device', '=', device);
  if (q !== undefined)
    query = query.where((eb) =>
      eb.or(
        ['exhibits.ref', 'devices.asset_tag', 'exhibits.serial', 'exhibits.description'].map((one) => holding(one, q)),
      ),
    );
  if (after !== undefined) query = query.where('exhibits.id', '<', after);
  return query
    .orderBy('exhibits.id', 'desc')
    .limit(limit + 1)
    .execute();
}

/** Throws `exhibit-unknown`. */
export async function exhibitOf(db: Db | Tx, caller: Caller, ref: string): Promise<ExhibitRow> {
  const row = await visible(db, caller).where('exhibits.ref', '=', ref).executeTakeFirst();
  if (row === undefined) throw problem('exhibit-unknown', `There is no exhibit ${ref}.`);
  return row;
}

/** Where it last went: agreeing to orders moves nothing. */
const lastMove = (custody: readonly CustodyEvent[]) => custody.findLast(({ taken_by: by }) => by !== null);

export function presentExhibit(row: ExhibitRow, custody: readonly CustodyEvent[]): ExhibitAnswer {
  const move = lastMove(custody);
  return {
    ref: row.ref,
    kind: row.kind,
    device: row.asset_tag,
    serial: row.serial,
    description: row.description,
    breach: row.breach_ref,
    status: row.status,
    ordersAgreed: row.orders_agreed === 1,
    heldBy: move?.taken_by ?? null,
    place: move?.place ?? null,
    since: iso(move?.happened_at ?? row.created_at),
  };
}

const presentEvent = (event: CustodyEvent) => ({
  type: event.type,
  happenedAt: iso(event.happened_at),
  recordedAt: iso(event.recorded_at),
  recordedBy: event.recorded_by,
  from: event.handed_by,
  to: event.taken_by,
  place: event.place,
  condition: event.condition,
  seal: event.seal,
  note: event.note,
  link: event.link,
});

/** One with everything that was written about it. */
export async function readExhibit(db: Db, caller: Caller, ref: string) {
  const row = await exhibitOf(db, caller, ref);
  const custody = await custodyOf(db, row.organisation, row.id);
  return { ...presentExhibit(row, custody), intact: isIntact(custody), custody: custody.map(presentEvent) };
}

/** A few with where each is. */
export async function presentExhibits(db: Db, rows: readonly ExhibitRow[]): Promise<ExhibitAnswer[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const events = await db
    .selectFrom('custody_events')
    .selectAll()
    .where('organisation', '=', first.organisation)
    .where(
      'exhibit',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('sequence')
    .execute();
  const byExhibit = Map.groupBy(events, ({ exhibit }) => exhibit);
  return rows.map((row) => presentExhibit(row, byExhibit.get(row.id) ?? []));
}
