import type { Db } from '../db/database.ts';
import {
  bodyHeld,
  FINDING_COLUMNS,
  type FindingFilter,
  type FindingPlace,
  type FindingView,
  findings,
  placeOf,
} from './read.ts';

export interface FindingPage {
  readonly limit: number;
  readonly after?: FindingPlace | undefined;
  /** How many findings are looked through at most. */
  readonly lookThrough?: number;
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
const MOST_LOOKED_THROUGH = 10_000;

/** A server's clock that was put back is not off by more. */
const CLOCK_OFF_MS = 86_400_000;

interface Looking extends FindingFilter {
  readonly organisation: string;
  readonly after: FindingPlace | undefined;
  readonly lookThrough: number;
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
async function momentOfLast(db: Db, { organisation, since, after, lookThrough }: Looking): Promise<number | undefined> {
  let query = db
    .selectFrom('findings')
    .select('received_at')
    .where('organisation', '=', organisation)
    .orderBy('received_at', 'desc')
    .limit(1)
    .offset(lookThrough);
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

interface OfDevice extends Looking {
  readonly device: string;
  readonly tag: string;
}

/** A device's findings by its chain, which has them in the order in which they came; the newest first. */
function chain(db: Db, { organisation, device, after }: OfDevice) {
  const query = db
    .selectFrom('findings')
    .select(FINDING_COLUMNS)
    .select(bodyHeld)
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .orderBy('generation', 'desc')
    .orderBy('sequence', 'desc');
  if (after === undefined) return query;
  return query.where((eb) => eb(eb.refTuple('generation', 'sequence'), '<', eb.tuple(after[2], after[3])));
}

/** The place of the last that is looked through; null where a device has not so many, or what follows is too old to fit. */
async function lastLookedAt(db: Db, looking: OfDevice): Promise<FindingPlace | null> {
  const { device, since, lookThrough } = looking;
  const last = await chain(db, looking)
    .clearSelect()
    .select(['received_at', 'generation', 'sequence'])
    .limit(1)
    .offset(lookThrough - 1)
    .executeTakeFirst();
  if (last === undefined || (since !== undefined && last.received_at < since - CLOCK_OFF_MS)) return null;
  return [last.received_at, device, last.generation, last.sequence];
}

/** Of one device: by its chain. */
async function ofDevice(db: Db, looking: OfDevice, limit: number): Promise<ListedFindings> {
  const { rule, check, verdict, since, tag, lookThrough } = looking;
  let query = db
    .selectFrom(chain(db, looking).limit(lookThrough).as('looked'))
    .selectAll()
    .orderBy('generation', 'desc')
    .orderBy('sequence', 'desc')
    .limit(limit + 1);
  if (rule !== undefined) query = query.where('rule', '=', rule);
  if (check !== undefined) query = query.where('check_name', '=', check);
  if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  if (since !== undefined) query = query.where('received_at', '>=', since);
  const isNarrowed = [rule, check, verdict, since].some((one) => one !== undefined);
  const found = isNarrowed
    ? await query.execute()
    : await chain(db, looking)
        .limit(limit + 1)
        .execute();
  const rows = found.map((row) => ({ ...row, asset_tag: tag }));
  return listed(rows, limit, isNarrowed && rows.length <= limit ? await lastLookedAt(db, looking) : null);
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
  { limit, after, lookThrough = MOST_LOOKED_THROUGH }: FindingPage,
): Promise<ListedFindings> {
  const looking = { ...filter, organisation, after, lookThrough };
  if (tag === undefined) return ofAll(db, looking, limit);
  const device = await db
    .selectFrom('devices')
    .select('id')
    .where('organisation', '=', organisation)
    .where('asset_tag', '=', tag)
    .executeTakeFirst();
  return device === undefined ? { rows: [], next: null } : ofDevice(db, { ...looking, device: device.id, tag }, limit);
}
