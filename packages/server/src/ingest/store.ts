import { type CheckInHeader, type CurrentState, endsState, type FindingBody } from '@beadle/shared';
import type { Insertable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { FindingTable, StateTable } from '../db/schema.ts';
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

/** What the batch leaves each rule and subject at: the last state finding of each. */
export function lastStates(items: readonly Item[]): Item[] {
  const last = new Map<string, Item>();
  for (const item of items) {
    if (item.body.form !== 'finding' || item.body.finding.kind !== 'state') continue;
    last.set(JSON.stringify([item.body.finding.rule, item.body.finding.subject]), item);
  }
  return [...last.values()];
}

function toState(key: DeviceKey, { sequence, body }: Item): Insertable<StateTable>[] {
  if (body.form !== 'finding') return [];
  const { rule, subject, clause, check, verdict, reason, severity, policyVersion, at, observed } = body.finding;
  return [
    {
      organisation: key.organisation,
      device: key.device,
      rule,
      subject,
      clause,
      check_name: check,
      verdict,
      reason: reason ?? null,
      severity,
      policy_version: policyVersion,
      since: Date.parse(at),
      sequence,
      observed: JSON.stringify(observed),
    },
  ];
}

const isEnded = ({ body }: Item): boolean =>
  body.form === 'finding' && endsState(body.finding.verdict, body.finding.reason);

export async function keepStates(tx: Tx, key: DeviceKey, items: readonly Item[]): Promise<void> {
  const last = lastStates(items);
  const holding = last.filter((item) => !isEnded(item)).flatMap((item) => toState(key, item));
  if (holding.length > 0) {
    await tx
      .insertInto('states')
      .values(holding)
      .onConflict((conflict) =>
        conflict.columns(['organisation', 'device', 'rule', 'subject']).doUpdateSet((row) => ({
          clause: row.ref('excluded.clause'),
          check_name: row.ref('excluded.check_name'),
          verdict: row.ref('excluded.verdict'),
          reason: row.ref('excluded.reason'),
          severity: row.ref('excluded.severity'),
          policy_version: row.ref('excluded.policy_version'),
          since: row.ref('excluded.since'),
          sequence: row.ref('excluded.sequence'),
          observed: row.ref('excluded.observed'),
        })),
      )
      .execute();
  }
  for (const { body } of last.filter(isEnded)) {
    if (body.form === 'finding') await dropState(tx, key, body.finding);
  }
}

async function dropState(tx: Tx, key: DeviceKey, { rule, subject }: FindingBody): Promise<void> {
  await tx
    .deleteFrom('states')
    .where('organisation', '=', key.organisation)
    .where('device', '=', key.device)
    .where('rule', '=', rule)
    .where('subject', '=', subject)
    .execute();
}

export async function currentStates(tx: Tx, key: DeviceKey): Promise<CurrentState[]> {
  const rows = await tx
    .selectFrom('states')
    .select(['rule', 'subject', 'verdict', 'policy_version'])
    .where('organisation', '=', key.organisation)
    .where('device', '=', key.device)
    .execute();
  return rows.map(({ policy_version, ...row }) => ({ ...row, policyVersion: policy_version }));
}

/** Before a device states everything again, so that what it no longer has does not stay. */
export async function clearStates(tx: Tx, key: DeviceKey): Promise<void> {
  await tx.deleteFrom('states').where('organisation', '=', key.organisation).where('device', '=', key.device).execute();
}

export async function keepFacts(tx: Tx, key: DeviceKey, facts: CheckInHeader['facts']): Promise<void> {
  const rows = Object.entries(facts).map(([check, fact]) => ({
    organisation: key.organisation,
    device: key.device,
    check_name: check,
    at: Date.parse(fact.at),
    facts: JSON.stringify(fact.facts),
  }));
  if (rows.length === 0) return;
  await tx
    .insertInto('facts')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['organisation', 'device', 'check_name'])
        .doUpdateSet((row) => ({ at: row.ref('excluded.at'), facts: row.ref('excluded.facts') })),
    )
    .execute();
}

export async function keepContact(tx: Tx, key: DeviceKey, header: CheckInHeader, now: number): Promise<void> {
  const { agent, policySerial, onCouncilNetwork } = header;
  await tx
    .updateTable('devices')
    .set({
      last_contact_at: now,
      agent_version: agent.version,
      platform: agent.platform,
      release: agent.release,
      policy_serial: policySerial,
      on_council_network: onCouncilNetwork === null ? null : Number(onCouncilNetwork),
      clock_skew_ms: Date.parse(header.sentAt) - now,
      outbox_pending: agent.outbox.pending,
      outbox_dropped: agent.outbox.dropped,
    })
    .where('organisation', '=', key.organisation)
    .where('id', '=', key.device)
    .execute();
}
