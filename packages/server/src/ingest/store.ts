import type { FindingBody } from '@beadle/shared';
import type { Insertable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { FindingTable } from '../db/schema.ts';
import type { Item } from './batch.ts';
import type { HeldLinks } from './plan.ts';

export interface DeviceKey {
  readonly organisation: string;
  readonly device: string;
  readonly generation: number;
  readonly jwk: string;
}

/** The key that is registered under this id and has not been replaced. */
export const keyById = (db: Db, keyId: string): Promise<DeviceKey | undefined> =>
  db
    .selectFrom('device_keys')
    .select(['organisation', 'device', 'generation', 'jwk'])
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();

/** The device with its head, whose row stays locked until the transaction ends. */
export const lockHead = (tx: Tx, key: DeviceKey) =>
  tx
    .selectFrom('heads')
    .innerJoin('devices', (join) =>
      join.onRef('devices.organisation', '=', 'heads.organisation').onRef('devices.id', '=', 'heads.device'),
    )
    .selectAll('devices')
    .select(['heads.sequence', 'heads.link', 'heads.counter'])
    .where('heads.organisation', '=', key.organisation)
    .where('heads.device', '=', key.device)
    .where('heads.generation', '=', key.generation)
    .executeTakeFirst();
export type LockedDevice = NonNullable<Awaited<ReturnType<typeof lockHead>>>;

export async function heldLinks(tx: Tx, key: DeviceKey, from: number, to: number): Promise<HeldLinks> {
  const rows = await tx
    .selectFrom('findings')
    .select(['sequence', 'link'])
    .where('organisation', '=', key.organisation)
    .where('device', '=', key.device)
    .where('generation', '=', key.generation)
    .where('sequence', '>=', from)
    .where('sequence', '<=', to)
    .execute();
  return new Map(rows.map(({ sequence, link }) => [sequence, link]));
}

export async function moveHead(
  tx: Tx,
  key: DeviceKey,
  head: { sequence: number; link: string; counter: number },
): Promise<void> {
  await tx
    .updateTable('heads')
    .set(head)
    .where('organisation', '=', key.organisation)
    .where('device', '=', key.device)
    .where('generation', '=', key.generation)
    .execute();
}

const GAP_COLUMNS = {
  form: 'gap',
  rule: 'agent-health',
  clause: '',
  check_name: 'agent-health',
  subject: 'chain',
  kind: 'event',
  verdict: 'fail',
  reason: null,
  severity: 'medium',
  policy_version: '',
} as const;

const findingColumns = (finding: FindingBody) => ({
  form: 'finding',
  at: Date.parse(finding.at),
  rule: finding.rule,
  clause: finding.clause,
  check_name: finding.check,
  subject: finding.subject,
  kind: finding.kind,
  verdict: finding.verdict,
  reason: finding.reason ?? null,
  severity: finding.severity,
  policy_version: finding.policyVersion,
});

function toRow(key: DeviceKey, item: Item, receivedAt: number): Insertable<FindingTable> {
  const { organisation, device, generation } = key;
  const place = {
    organisation,
    device,
    generation,
    sequence: item.sequence,
    link: item.link,
    body_hash: item.bodyHash,
    body: item.bytes,
    received_at: receivedAt,
  };
  return item.body.form === 'gap'
    ? { ...place, ...GAP_COLUMNS, at: Date.parse(item.body.gap.at) }
    : { ...place, ...findingColumns(item.body.finding) };
}

export async function insertFindings(
  tx: Tx,
  key: DeviceKey,
  items: readonly Item[],
  receivedAt: number,
): Promise<void> {
  if (items.length === 0) return;
  await tx
    .insertInto('findings')
    .values(items.map((item) => toRow(key, item, receivedAt)))
    .execute();
}
