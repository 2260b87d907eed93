import type { Db } from '../db/database.ts';
import { type FindingFilter, type FindingPlace, type FindingView, findings, placeOf } from './read.ts';

export interface FindingPage {
  readonly limit: number;
  readonly after?: FindingPlace | undefined;
}

export interface ListedFindings {
  readonly rows: readonly FindingView[];
  /** Where the next page begins; null where there is none. */
  readonly next: FindingPlace | null;
}

/**
 * So many findings are looked through for one page, and no more: where few of them fit, the page has fewer than it might
 * and the next one goes on from there. What nothing fits would otherwise be looked for among all that there are.
 */
export const MOST_LOOKED_THROUGH = 20_000;

/** A server's clock that was put back is not off by more. */
const CLOCK_OFF_MS = 86_400_000;

interface Looking extends FindingFilter {
  readonly organisation: string;
  readonly after: FindingPlace | undefined;
}

/** What fits, but for where it is looked for. */
function fitting(db: Db, { organisation, rule, check, verdict, since }: Looking) {
  let query = findings(db, organisation);
  if (rule !== undefined) query = query.where('findings.rule', '=', rule);
  if (check !== undefined) query = query.where('findings.check_name', '=', check);
  if (verdict !== undefined) query = query.where('findings.verdict', '=', verdict);
  return since === undefined ? query : query.where('findings.received_at', '>=', since);
}

/** The moment at which as many have been looked through as may be; undefined where there are not so many. */
async function momentOfLast(db: Db, { organisation, since, after }: Looking): Promise<number | undefined> {
  let query = db
    .selectFrom('findings')
    .select('received_at')
    .where('organisation', '=', organisation)
    .orderBy('received_at', 'desc')
    .limit(1)
    .offset(MOST_LOOKED_THROUGH);
  if (since !== undefined) query = query.where('received_at', '>=', since);
  // Where a page has ended before everything of a moment, none of that moment is left.
  if (after !== undefined) query = query.where('received_at', after[1] === '' ? '<' : '<=', after[0]);
  return (await query.executeTakeFirst())?.received_at;
}

/** Of all devices: by the moment of arrival. */
async function ofAll(db: Db, looking: Looking, limit: number): Promise<ListedFindings> {
  const { rule, check, verdict, after } = looking;
  const isNarrowed = rule !== undefined || check !== undefined || verdict !== undefined;
  const last = isNarrowed ? await momentOfLast(db, looking) : undefined;
  let query = fitting(db, looking)
    .orderBy('findings.received_at', 'desc')
    .orderBy('findings.device', 'desc')
    .orderBy('findings.generation', 'desc')
    .orderBy('findings.sequence', 'desc')
    .limit(limit + 1);
  if (last !== undefined) query = query.where('findings.received_at', '>=', last);
  if (after !== undefined)
    query = query.where((eb) =>
      eb(
        eb.refTuple('findings.received_at', 'findings.device', 'findings.generation', 'findings.sequence'),
        '<',
        eb.tuple(after[0], after[1], after[2], after[3]),
      ),
    );
  // Before everything of that moment.
  return listed(await query.execute(), limit, last === undefined ? null : [last, '', 0, 0]);
}

type Link = Pick<FindingView, 'received_at' | 'generation' | 'sequence'>;

/** The finding at which as many of a device's have been looked through as may be; undefined where it has not so many. */
function linkOfLast(db: Db, { organisation, after }: Looking, device: string): Promise<Link | undefined> {
  const query = db
    .selectFrom('findings')
    .select(['received_at', 'generation', 'sequence'])
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .orderBy('generation', 'desc')
    .orderBy('sequence', 'desc')
    .limit(1)
    .offset(MOST_LOOKED_THROUGH);
  if (after === undefined) return query.executeTakeFirst();
  return query
    .where((eb) => eb(eb.refTuple('generation', 'sequence'), '<', eb.tuple(after[2], after[3])))
    .executeTakeFirst();
}

/** Of one device: by its chain, which has them in the order in which they came. */
async function ofDevice(db: Db, looking: Looking, device: string, limit: number): Promise<ListedFindings> {
  const { since, after } = looking;
  const last = await linkOfLast(db, looking, device);
  let query = fitting(db, looking)
    .where('findings.device', '=', device)
    .orderBy('findings.generation', 'desc')
    .orderBy('findings.sequence', 'desc')
    .limit(limit + 1);
  const place = (generation: number, sequence: number, how: '<' | '>=') =>
    (query = query.where((eb) =>
      eb(eb.refTuple('findings.generation', 'findings.sequence'), how, eb.tuple(generation, sequence)),
    ));
  if (last !== undefined) place(last.generation, last.sequence, '>=');
  if (after !== undefined) place(after[2], after[3], '<');
  const isOver = last === undefined || (since !== undefined && last.received_at < since - CLOCK_OFF_MS);
  return listed(
    await query.execute(),
    limit,
    isOver ? null : [last.received_at, device, last.generation, last.sequence],
  );
}

function listed(rows: readonly FindingView[], limit: number, looked: FindingPlace | null): ListedFindings {
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined) return { rows: rows.slice(0, limit), next: placeOf(last) };
  return { rows, next: looked };
}

/** Findings in the order of their arrival, newest first. */
export async function listFindings(
  db: Db,
  organisation: string,
  { device: tag, ...filter }: FindingFilter,
  { limit, after }: FindingPage,
): Promise<ListedFindings> {
  const looking = { ...filter, organisation, after };
  if (tag === undefined) return ofAll(db, looking, limit);
  const device = await db
    .selectFrom('devices')
    .select('id')
    .where('organisation', '=', organisation)
    .where('asset_tag', '=', tag)
    .executeTakeFirst();
  return device === undefined ? { rows: [], next: null } : ofDevice(db, looking, device.id, limit);
}
