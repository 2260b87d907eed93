import { type Selectable, sql } from 'kysely';
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

export interface FindingView extends Omit<Selectable<FindingTable>, 'body'> {
  readonly asset_tag: string;
  /** 1 where the received bytes are still kept, 0 where they have been erased. */
  readonly held: number;
}

/** Of a finding, all but its body. */
export const FINDING_COLUMNS = [
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

export const bodyHeld = sql<number>`case when findings.body is null then 0 else 1 end`.as('held');

/** The findings of an organisation, in no order. */
export function findings(db: Db, organisation: string) {
  return db
    .selectFrom('findings')
    .innerJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'findings.organisation').onRef('devices.id', '=', 'findings.device'),
    )
    .select(FINDING_COLUMNS.map((column) => `findings.${column}` as const))
    .select('devices.asset_tag')
    .select(bodyHeld)
    .where('findings.organisation', '=', organisation);
}

/** The findings that a breach rests on, at most `limit`: the newest first, or the oldest. */
export function findingsOfBreach(
  db: Db,
  organisation: string,
  breach: string,
  limit: number,
  order: 'asc' | 'desc' = 'desc',
): Promise<FindingView[]> {
  // Of one device, whose findings are numbered as they came: by the key, however many there are.
  const chosen = db
    .selectFrom('breach_findings')
    .select(['organisation', 'device', 'generation', 'sequence'])
    .where('organisation', '=', organisation)
    .where('breach', '=', breach)
    .orderBy('device', order)
    .orderBy('generation', order)
    .orderBy('sequence', order)
    .limit(limit)
    .as('chosen');
  return findings(db, organisation)
    .innerJoin(chosen, (join) =>
      join
        .onRef('chosen.organisation', '=', 'findings.organisation')
        .onRef('chosen.device', '=', 'findings.device')
        .onRef('chosen.generation', '=', 'findings.generation')
        .onRef('chosen.sequence', '=', 'findings.sequence'),
    )
    .orderBy('findings.device', order)
    .orderBy('findings.generation', order)
    .orderBy('findings.sequence', order)
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
