import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

type Table = CreateTableBuilder<string>;
const required = (table: Table, names: readonly string[], type = text): Table =>
  names.reduce<Table>((made, name) => made.addColumn(name, type, (column) => column.notNull()), table);
const optional = (table: Table, names: readonly string[], type = text): Table =>
  names.reduce<Table>((made, name) => made.addColumn(name, type), table);
const keyed = (table: Table, name: string, columns: readonly string[]): Table =>
  table.addPrimaryKeyConstraint(`${name}_key`, ['organisation', ...columns] as never[]);

async function createWithdrawals({ schema }: Kysely<unknown>): Promise<void> {
  const named = ['organisation', 'id', 'ref', 'mode', 'facilities', 'subjects', 'reason', 'requested_by', 'status'];
  let table = required(schema.createTable('withdrawals'), named);
  table = required(table, ['requested_at', 'needing_told', 'left_told'], time);
  table = optional(table, ['breach', 'decided_by', 'decision_reason', 'restored_by', 'restore_reason']);
  table = optional(table, ['until', 'review_at', 'reviewed_at', 'decided_at', 'restore_asked_at', 'ended_at'], time);
  await keyed(table, 'withdrawals', ['id']).execute();
  await schema.createIndex('withdrawals_by_ref').on('withdrawals').columns(['organisation', 'ref']).unique().execute();
}

async function createTargets({ schema }: Kysely<unknown>): Promise<void> {
  const named = ['organisation', 'id', 'person', 'account', 'facility', 'connector'];
  let table = required(schema.createTable('withdrawal_targets'), named);
  table = required(table, ['version'], time);
  table = optional(table, ['email', 'before', 'changes', 'left_over', 'proof', 'trouble', 'trouble_words']);
  table = optional(table, ['taken_at', 'proven_at', 'given_at', 'answered_at', 'trouble_since'], time);
  await keyed(table, 'withdrawal_targets', ['id']).execute();
  await schema
    .createIndex('withdrawal_targets_by_person')
    .on('withdrawal_targets')
    .columns(['organisation', 'person', 'facility', 'connector'])
    .unique()
    .execute();
}

async function createSteps({ schema }: Kysely<unknown>): Promise<void> {
  const named = ['organisation', 'id', 'withdrawal', 'person', 'account', 'facility', 'connector', 'status'];
  let table = required(schema.createTable('withdrawal_steps'), named);
  table = required(table, ['holds', 'changed_at'], time);
  table = optional(table, ['target', 'proof', 'left_over']);
  await keyed(table, 'withdrawal_steps', ['withdrawal', 'id']).execute();
  await schema
    .createIndex('withdrawal_steps_by_target')
    .on('withdrawal_steps')
    .columns(['organisation', 'target'])
    .execute();
  await schema
    .createIndex('withdrawal_steps_by_person')
    .on('withdrawal_steps')
    .columns(['organisation', 'person'])
    .execute();
}

async function createEvents({ schema }: Kysely<unknown>): Promise<void> {
  let table = required(schema.createTable('withdrawal_events'), [
    'organisation',
    'withdrawal',
    'actor',
    'type',
    'detail',
  ]);
  table = required(table, ['sequence', 'at'], time);
  table = optional(table, ['step']);
  await keyed(table, 'withdrawal_events', ['withdrawal', 'sequence']).execute();
}

/** Who has what withdrawn, and how each part of it stands. */
export const withdrawals: Migration = {
  async up(db: Kysely<unknown>) {
    await createWithdrawals(db);
    await createTargets(db);
    await createSteps(db);
    await createEvents(db);
  },
};
