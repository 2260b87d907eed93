import type { FindingBody } from '@beadle/shared';
import type { Insertable } from 'kysely';
import { compiledInsert, compiledOnce } from '../db/compiled.ts';
import type { Db, Tx } from '../db/database.ts';
import type { FindingTable } from '../db/schema.ts';
import type { Item } from './batch.ts';
import type { HeldLinks } from './plan.ts';
import { locking } from '../db/locks.ts';

export interface DeviceKey {
  readonly organisation: string;
  readonly device: string;
  readonly generation: number;
  readonly jwk: string;
}

const keyQuery = compiledOnce((db, arg: { keyId: string }) =>
  db
    .selectFrom('device_keys')
    .select(['organisation', 'device', 'generation', 'jwk'])
    .where('key_id', '=', arg.keyId)
    .where((eb) => eb.or([eb('revoked_at', 'is', null), eb('revoked_why', '=', 'left-service')])),
);

/** The key that is registered under this id and has not been replaced or revoked; or whose device is to be told that it has left. */
export async function keyById(db: Db, keyId: string): Promise<DeviceKey | undefined> {
  const { rows } = await keyQuery(db, { keyId });
  return rows[0];
}

const headQuery = compiledOnce((db, arg: DeviceKey) =>
  locking(
    db,
    db
      .selectFrom('heads')
      .innerJoin('devices', (join) =>
        join.onRef('devices.organisation', '=', 'heads.organisation').onRef('devices.id', '=', 'heads.device'),
      )
      .selectAll('devices')
      .select(['heads.sequence', 'heads.link', 'heads.counter'])
      .where('heads.organisation', '=', arg.organisation)
      .where('heads.device', '=', arg.device)
      .where('heads.generation', '=', arg.generation),
  ),
);
export type LockedDevice = Awaited<ReturnType<typeof headQuery>>['rows'][number];

/** The device with its head, whose row stays locked until the transaction ends. */
export async function lockHead(tx: Tx, key: DeviceKey): Promise<LockedDevice | undefined> {
  const { rows } = await headQuery(tx, key);
  return rows[0];
}

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

interface Head {
  readonly sequence: number;
  readonly link: string;
  readonly counter: number;
}

const headUpdate = compiledOnce((db, arg: DeviceKey & Head) =>
  db
    .updateTable('heads')
    .set({ sequence: arg.sequence, link: arg.link, counter: arg.counter })
    .where('organisation', '=', arg.organisation)
    .where('device', '=', arg.device)
    .where('generation', '=', arg.generation),
);

export async function moveHead(tx: Tx, key: DeviceKey, head: Head): Promise<void> {
  await headUpdate(tx, { ...key, ...head });
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

const COLUMNS = [
  'organisation',
  'device',
  'generation',
  'sequence',
  'link',
  'body_hash',
  'body',
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
] as const satisfies readonly (keyof Insertable<FindingTable>)[];

const insertRows = compiledInsert<Insertable<FindingTable>>(COLUMNS, (db, rows) =>
  db.insertInto('findings').values(rows),
);

export async function insertFindings(
  tx: Tx,
  key: DeviceKey,
  items: readonly Item[],
  receivedAt: number,
): Promise<void> {
  if (items.length === 0) return;
  await insertRows(
    tx,
    items.map((item) => toRow(key, item, receivedAt)),
  );
}
