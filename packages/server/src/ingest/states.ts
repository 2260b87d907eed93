import { type CheckInHeader, type CurrentState, endsState, type FindingBody } from '@beadle/shared';
import type { Insertable } from 'kysely';
import { compiledInsert, compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { DeviceTable, StateTable } from '../db/schema.ts';
import type { Item } from './batch.ts';
import type { DeviceKey } from './store.ts';

/** What the batch leaves each rule and subject at: the last state finding of each. */
function lastStates(items: readonly Item[]): Item[] {
  const last = new Map<string, Item>();
  for (const item of items) {
    if (item.body.form !== 'finding' || item.body.finding.kind !== 'state') continue;
    last.set(JSON.stringify([item.body.finding.rule, item.body.finding.subject]), item);
  }
  return [...last.values()];
}

function toState(key: DeviceKey, { sequence, body }: Item, now: number): Insertable<StateTable>[] {
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
      // A clock that is ahead makes nothing later than it was heard of.
      since: Math.min(Date.parse(at), now),
      sequence,
      observed: JSON.stringify(observed),
    },
  ];
}

const isEnded = ({ body }: Item): boolean =>
  body.form === 'finding' && endsState(body.finding.verdict, body.finding.reason);

const PLACE = ['organisation', 'device', 'rule', 'subject'] as const;
const TOLD = [
  'clause',
  'check_name',
  'verdict',
  'reason',
  'severity',
  'policy_version',
  'since',
  'sequence',
  'observed',
] as const;

const insertStates = compiledInsert<Insertable<StateTable>>([...PLACE, ...TOLD], (db, rows) =>
  db
    .insertInto('states')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns([...PLACE]).doUpdateSet((row) => ({
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
    ),
);

export async function keepStates(tx: Tx, key: DeviceKey, items: readonly Item[], now: number): Promise<void> {
  const last = lastStates(items);
  const holding = last.filter((item) => !isEnded(item)).flatMap((item) => toState(key, item, now));
  if (holding.length > 0) await insertStates(tx, holding);
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

const statesQuery = compiledOnce((db, arg: Pick<DeviceKey, 'organisation' | 'device'>) =>
  db
    .selectFrom('states')
    .select(['rule', 'subject', 'verdict', 'policy_version'])
    .where('organisation', '=', arg.organisation)
    .where('device', '=', arg.device),
);

export async function currentStates(tx: Tx, key: DeviceKey): Promise<CurrentState[]> {
  const { rows } = await statesQuery(tx, key);
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

type Contact = Pick<
  DeviceTable,
  | 'last_contact_at'
  | 'agent_version'
  | 'platform'
  | 'release'
  | 'policy_serial'
  | 'on_council_network'
  | 'clock_skew_ms'
  | 'outbox_pending'
  | 'outbox_dropped'
> & { readonly connected_ms: number };

const contactUpdate = compiledOnce((db, arg: Pick<DeviceKey, 'organisation' | 'device'> & Contact) =>
  db
    .updateTable('devices')
    .set({
      last_contact_at: arg.last_contact_at,
      agent_version: arg.agent_version,
      platform: arg.platform,
      release: arg.release,
      policy_serial: arg.policy_serial,
      on_council_network: arg.on_council_network,
      clock_skew_ms: arg.clock_skew_ms,
      outbox_pending: arg.outbox_pending,
      outbox_dropped: arg.outbox_dropped,
      connected_ms: arg.connected_ms,
    })
    .where('organisation', '=', arg.organisation)
    .where('id', '=', arg.device),
);

interface Contacted {
  readonly now: number;
  /** How many of the findings that the device counts as pending came with this check-in. */
  readonly taken: number;
  /** As of this check-in, in milliseconds. */
  readonly connectedMs: number;
}

export async function keepContact(
  tx: Tx,
  key: DeviceKey,
  header: CheckInHeader,
  { now, taken, connectedMs }: Contacted,
): Promise<void> {
  const { agent, policySerial, onCouncilNetwork } = header;
  await contactUpdate(tx, {
    organisation: key.organisation,
    device: key.device,
    last_contact_at: now,
    agent_version: agent.version,
    platform: agent.platform,
    release: agent.release,
    policy_serial: policySerial,
    on_council_network: onCouncilNetwork === null ? null : Number(onCouncilNetwork),
    clock_skew_ms: Date.parse(header.sentAt) - now,
    outbox_pending: Math.max(0, agent.outbox.pending - taken),
    outbox_dropped: agent.outbox.dropped,
    connected_ms: connectedMs,
  });
}
