import type { Selectable } from 'kysely';
import { compiledInsert, compiledOnce } from '../db/compiled.ts';
import type { Db, Tx } from '../db/database.ts';
import type { JudgedStateTable } from '../db/schema.ts';
import type { DeviceRow } from '../devices/read.ts';
import { asHeld, registeredIn } from '../orders/registered.ts';

export type JudgedState = Selectable<JudgedStateTable>;

const ofDevice = compiledOnce((db, arg: { organisation: string; device: string }) =>
  db
    .selectFrom('judged_states')
    .selectAll()
    .where('organisation', '=', arg.organisation)
    .where('device', '=', arg.device)
    .orderBy('rule'),
);

/** What the server last judged of a device, by rule. */
export async function judgedOf(db: Db | Tx, organisation: string, device: string): Promise<JudgedState[]> {
  const { rows } = await ofDevice(db, { organisation, device });
  return rows;
}

/** The same of several devices, by the device's internal id. */
export async function judgedOfAll(
  db: Db | Tx,
  organisation: string,
  devices: readonly string[],
): Promise<ReadonlyMap<string, JudgedState[]>> {
  const rows = await db
    .selectFrom('judged_states')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('device', 'in', [...devices])
    .execute();
  return Map.groupBy(rows, ({ device }) => device);
}

const PLACE = ['organisation', 'device', 'rule'] as const;
const TOLD = [
  'subject',
  'clause',
  'check_name',
  'verdict',
  'reason',
  'severity',
  'policy_version',
  'since',
  'observed',
] as const;

const upsert = compiledInsert<JudgedState>([...PLACE, ...TOLD], (db, rows) =>
  db
    .insertInto('judged_states')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns([...PLACE]).doUpdateSet((row) => ({
        subject: row.ref('excluded.subject'),
        clause: row.ref('excluded.clause'),
        check_name: row.ref('excluded.check_name'),
        verdict: row.ref('excluded.verdict'),
        reason: row.ref('excluded.reason'),
        severity: row.ref('excluded.severity'),
        policy_version: row.ref('excluded.policy_version'),
        since: row.ref('excluded.since'),
        observed: row.ref('excluded.observed'),
      })),
    ),
);

export async function keepJudged(tx: Tx, rows: readonly JudgedState[]): Promise<void> {
  if (rows.length > 0) await upsert(tx, rows);
}

export async function dropJudged(tx: Tx, { organisation, device, rule }: JudgedState): Promise<void> {
  await tx
    .deleteFrom('judged_states')
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('rule', '=', rule)
    .execute();
}

/** Devices in the order of their internal ids, behind `after`, with what their holders are. */
export async function devicesBehind(
  db: Db | Tx,
  organisation: string,
  after: string,
  limit: number,
): Promise<DeviceRow[]> {
  const rows = await db
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  const registered = await registeredIn(db, organisation);
  return rows.map((row) => asHeld(row, registered));
}

const one = compiledOnce((db, arg: { organisation: string; device: string }) =>
  db.selectFrom('devices').selectAll().where('organisation', '=', arg.organisation).where('id', '=', arg.device),
);

export async function deviceRow(db: Db | Tx, organisation: string, device: string): Promise<DeviceRow | undefined> {
  const { rows } = await one(db, { organisation, device });
  const [row] = rows;
  return row === undefined ? undefined : asHeld(row, await registeredIn(db, organisation));
}
