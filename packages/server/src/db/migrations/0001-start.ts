import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';

type Build = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
const required: Build = (column) => column.notNull();
const optional: Build = (column) => column;

/** `text:name`, `time?:name`: a type, `?` where it may be null, and the column's name. */
const TYPES = { text: sql`text`, integer: sql`bigint`, time: sql`bigint`, bytes: null } as const;
type ColumnText = `${keyof typeof TYPES}${'' | '?'}:${string}`;

interface Table {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly ColumnText[];
}

const TABLES: readonly Table[] = [
  {
    name: 'organisations',
    key: ['id'],
    columns: ['text:id', 'text:name', 'text:settings', 'time:created_at'],
  },
  {
    name: 'devices',
    key: ['organisation', 'id'],
    columns: [
      'text:organisation',
      'text:id',
      'text:asset_tag',
      'text?:serial_number',
      'text:kind',
      'text?:holder',
      'text?:population',
      'text:groups',
      'integer:generation',
      'time:created_at',
      'time?:last_contact_at',
      'text?:agent_version',
      'text?:platform',
      'text?:release',
      'integer:policy_serial',
      'integer?:on_council_network',
      'integer?:clock_skew_ms',
      'integer?:outbox_pending',
      'integer?:outbox_dropped',
      'integer:document_serial',
      'text?:document_hash',
    ],
  },
  {
    name: 'device_keys',
    key: ['key_id'],
    columns: [
      'text:key_id',
      'text:organisation',
      'text:device',
      'integer:generation',
      'text:jwk',
      'time:registered_at',
      'time?:revoked_at',
    ],
  },
  {
    name: 'heads',
    key: ['organisation', 'device', 'generation'],
    columns: [
      'text:organisation',
      'text:device',
      'integer:generation',
      'integer:sequence',
      'text:link',
      'integer:counter',
    ],
  },
  {
    name: 'findings',
    key: ['organisation', 'device', 'generation', 'sequence'],
    columns: [
      'text:organisation',
      'text:device',
      'integer:generation',
      'integer:sequence',
      'text:link',
      'text:body_hash',
      'bytes?:body',
      'time:received_at',
      'text:form',
      'time:at',
      'text:rule',
      'text:clause',
      'text:check_name',
      'text:subject',
      'text:kind',
      'text:verdict',
      'text?:reason',
      'text:severity',
      'text:policy_version',
    ],
  },
  {
    name: 'states',
    key: ['organisation', 'device', 'rule', 'subject'],
    columns: [
      'text:organisation',
      'text:device',
      'text:rule',
      'text:subject',
      'text:clause',
      'text:check_name',
      'text:verdict',
      'text?:reason',
      'text:severity',
      'text:policy_version',
      'time:since',
      'integer:sequence',
      'text:observed',
    ],
  },
  {
    name: 'facts',
    key: ['organisation', 'device', 'check_name'],
    columns: ['text:organisation', 'text:device', 'text:check_name', 'time:at', 'text:facts'],
  },
  {
    name: 'breaches',
    key: ['organisation', 'id'],
    columns: [
      'text:organisation',
      'text:id',
      'text:ref',
      'text?:device',
      'text:rule',
      'text:subject',
      'text:kind',
      'text:clause',
      'text:says',
      'text?:remedy',
      'text:check_name',
      'text:duty',
      'text:severity',
      'text:status',
      'integer:count',
      'time:first_seen',
      'time:last_seen',
      'time:opened_at',
      'text:policy_version',
      'text:observed',
      'time?:ended_at',
      'time?:notified_at',
      'time?:acknowledged_at',
      'text?:acknowledged_by',
      'text?:report',
    ],
  },
  {
    name: 'breach_events',
    key: ['organisation', 'breach', 'sequence'],
    columns: [
      'text:organisation',
      'text:breach',
      'integer:sequence',
      'time:at',
      'text:actor',
      'text:type',
      'text:detail',
    ],
  },
  {
    name: 'breach_findings',
    key: ['organisation', 'breach', 'device', 'generation', 'sequence'],
    columns: ['text:organisation', 'text:breach', 'text:device', 'integer:generation', 'integer:sequence'],
  },
  {
    name: 'counters',
    key: ['organisation', 'name'],
    columns: ['text:organisation', 'text:name', 'integer:value'],
  },
  {
    name: 'notices',
    key: ['organisation', 'id'],
    columns: [
      'text:organisation',
      'text:id',
      'text:channel',
      'text:role',
      'text:address',
      'text:title',
      'text:body',
      'text:breaches',
      'text:status',
      'time:created_at',
      'time?:sent_at',
      'integer:attempts',
      'text?:last_error',
    ],
  },
  {
    name: 'jobs',
    key: ['id'],
    columns: [
      'text:id',
      'text:organisation',
      'text:kind',
      'text:dedupe_key',
      'text:payload',
      'time:run_at',
      'time?:leased_until',
      'integer:attempts',
      'text?:last_error',
      'text:status',
      'time:created_at',
    ],
  },
  {
    name: 'audit',
    key: ['organisation', 'sequence'],
    columns: [
      'text:organisation',
      'integer:sequence',
      'time:at',
      'text:actor',
      'text:action',
      'text:target',
      'text:detail',
      'text:previous',
      'text:link',
    ],
  },
  {
    name: 'tokens',
    key: ['organisation', 'id'],
    columns: [
      'text:organisation',
      'text:id',
      'text:secret_hash',
      'text:role',
      'text:name',
      'time:created_at',
      'time?:expires_at',
      'time?:revoked_at',
    ],
  },
  {
    name: 'accounts',
    key: ['organisation', 'id'],
    columns: [
      'text:organisation',
      'text:id',
      'text:name',
      'text:role',
      'text:password_hash',
      'time:created_at',
      'time?:disabled_at',
    ],
  },
  {
    name: 'sign_in_codes',
    key: ['code_hash'],
    columns: [
      'text:organisation',
      'text:code_hash',
      'text:name',
      'text:role',
      'time:created_at',
      'time:expires_at',
      'time?:used_at',
    ],
  },
  {
    name: 'sessions',
    key: ['id_hash'],
    columns: [
      'text:organisation',
      'text:id_hash',
      'text:name',
      'text:role',
      'time:created_at',
      'time:seen_at',
      'time:expires_at',
      'time?:revoked_at',
    ],
  },
  {
    name: 'enrolment_tokens',
    key: ['organisation', 'id'],
    columns: [
      'text:organisation',
      'text:id',
      'text?:device',
      'time:created_at',
      'text:created_by',
      'time:expires_at',
      'integer:uses_left',
    ],
  },
  {
    name: 'policies',
    key: ['organisation', 'serial'],
    columns: [
      'text:organisation',
      'integer:serial',
      'text:version',
      'text:title',
      'text:hash',
      'text:document',
      'text:source',
      'time:uploaded_at',
      'text:uploaded_by',
      'integer:in_force',
    ],
  },
];

/** What must be unique, and what a list or a join reads by. `where` makes an index partial, on both databases. */
const INDEXES: readonly { name: string; on: string; columns: readonly string[]; unique: boolean; where?: string }[] = [
  { name: 'devices_by_tag', on: 'devices', columns: ['organisation', 'asset_tag'], unique: true },
  { name: 'devices_by_serial', on: 'devices', columns: ['organisation', 'serial_number'], unique: false },
  { name: 'findings_by_arrival', on: 'findings', columns: ['organisation', 'received_at'], unique: false },
  { name: 'breaches_by_ref', on: 'breaches', columns: ['organisation', 'ref'], unique: true },
  { name: 'breaches_by_device', on: 'breaches', columns: ['organisation', 'device', 'ended_at'], unique: false },
  { name: 'breaches_by_opening', on: 'breaches', columns: ['organisation', 'opened_at'], unique: false },
  {
    name: 'breaches_one_open',
    on: 'breaches',
    columns: ['organisation', 'device', 'rule', 'subject', 'kind'],
    unique: true,
    where: 'ended_at is null and device is not null',
  },
  { name: 'jobs_due', on: 'jobs', columns: ['status', 'run_at'], unique: false },
  {
    name: 'jobs_one_waiting',
    on: 'jobs',
    columns: ['organisation', 'kind', 'dedupe_key'],
    unique: true,
    where: "status = 'waiting'",
  },
  { name: 'tokens_by_secret', on: 'tokens', columns: ['secret_hash'], unique: true },
  { name: 'accounts_by_name', on: 'accounts', columns: ['organisation', 'name'], unique: true },
  {
    name: 'policies_one_in_force',
    on: 'policies',
    columns: ['organisation'],
    unique: true,
    where: 'in_force = 1',
  },
];

async function createTable(db: Kysely<unknown>, table: Table, bytes: 'blob' | 'bytea'): Promise<void> {
  let builder = db.schema.createTable(table.name);
  for (const text of table.columns) {
    const [type = 'text', name = ''] = text.split(':');
    const base = TYPES[type.replace('?', '') as keyof typeof TYPES] ?? sql.raw(bytes);
    builder = builder.addColumn(name, base, type.endsWith('?') ? optional : required);
  }
  await builder.addPrimaryKeyConstraint(`${table.name}_key`, [...table.key] as never[]).execute();
}

async function createIndex(db: Kysely<unknown>, index: (typeof INDEXES)[number]): Promise<void> {
  const builder = db.schema
    .createIndex(index.name)
    .on(index.on)
    .columns([...index.columns]);
  const unique = index.unique ? builder.unique() : builder;
  await (index.where === undefined ? unique : unique.where(sql.raw<boolean>(index.where))).execute();
}

/** Everything of the first version. `bytes` is the engine's name for received bytes. */
export const start = (bytes: 'blob' | 'bytea') => ({
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of TABLES) await createTable(db, table, bytes);
    for (const index of INDEXES) await createIndex(db, index);
  },
});
