import type { Selectable } from 'kysely';
import type { Db } from '../db/database.ts';
import type { FindingTable } from '../db/schema.ts';

export interface FindingFilter {
  /** An asset tag. */
  readonly device?: string | undefined;
  readonly rule?: string | undefined;
  readonly check?: string | undefined;
  readonly verdict?: string | undefined;
  /** Received at or after, milliseconds since the epoch: what a device sent late is not missed. */
  readonly since?: number | undefined;
}

/** Where a page begins: the finding before its first. */
export type FindingPlace = readonly [receivedAt: number, device: string, generation: number, sequence: number];

export interface FindingPage {
  readonly limit: number;
  readonly after?: FindingPlace | undefined;
}

export interface FindingView extends Omit<Selectable<FindingTable>, 'body'> {
  readonly asset_tag: string;
  /** 1 where the received bytes are still kept, 0 where they have been erased. */
  readonly held: number;
}

const COLUMNS = [
  'organisation',
  'device',
  'generation',
  'sequence',
  'link',
  'body_hash',
  'received_at',
  'form',
  'at',
  'rule',
  'clause',
  'check_name',
  'subject',
  'kind',
  'verdict',
  'reason',
  'severity',
  'policy_version',
] as const;

export const placeOf = (finding: FindingView): FindingPlace => [
  finding.received_at,
  finding.device,
  finding.generation,
  finding.sequence,
];

function findings(db: Db, organisation: string) {
  return db
    .selectFrom('findings')
    .innerJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'findings.organisation').onRef('devices.id', '=', 'findings.device'),
    )
    .select(COLUMNS.map((column) => `findings.${column}` as const))
    .select('devices.asset_tag')
    .select((eb) => eb.case().when('findings.body', 'is', null).then(0).else(1).end().as('held'))
    .where('findings.organisation', '=', organisation);
}

/** Findings in the order of their arrival, newest first; one more than the limit where there is a next page. */
export async function listFindings(
  db: Db,
  organisation: string,
  { device, rule, check, verdict, since }: FindingFilter,
  { limit, after }: FindingPage,
): Promise<FindingView[]> {
  let query = findings(db, organisation)
    .orderBy('findings.received_at', 'desc')
    .orderBy('findings.device', 'desc')
    .orderBy('findings.generation', 'desc')
    .orderBy('findings.sequence', 'desc')
    .limit(limit + 1);
  if (device !== undefined) query = query.where('devices.asset_tag', '=', device);
  if (rule !== undefined) query = query.where('findings.rule', '=', rule);
  if (check !== undefined) query = query.where('findings.check_name', '=', check);
  if (verdict !== undefined) query = query.where('findings.verdict', '=', verdict);
  if (since !== undefined) query = query.where('findings.received_at', '>=', since);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('findings.received_at', 'findings.device', 'findings.generation', 'findings.sequence'),
        '<',
        eb.tuple(after[0], after[1], after[2], after[3]),
      ),
    );
  }
  return query.execute();
}

/** The findings that a breach rests on, at most `limit`: the newest first, or the oldest. */
export function findingsOfBreach(
  db: Db,
  organisation: string,
  breach: string,
  limit: number,
  order: 'asc' | 'desc' = 'desc',
): Promise<FindingView[]> {
  return findings(db, organisation)
    .innerJoin('breach_findings', (join) =>
      join
        .onRef('breach_findings.organisation', '=', 'findings.organisation')
        .onRef('breach_findings.device', '=', 'findings.device')
        .onRef('breach_findings.generation', '=', 'findings.generation')
        .onRef('breach_findings.sequence', '=', 'findings.sequence'),
    )
    .where('breach_findings.breach', '=', breach)
    .orderBy('findings.received_at', order)
    .orderBy('findings.generation', order)
    .orderBy('findings.sequence', order)
    .limit(limit)
    .execute();
}

/** How many findings a breach rests on. */
export async function countOfBreach(db: Db, organisation: string, breach: string): Promise<number> {
  const { count } = await db
    .selectFrom('breach_findings')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('organisation', '=', organisation)
    .where('breach', '=', breach)
    .executeTakeFirstOrThrow();
  return Number(count);
}
