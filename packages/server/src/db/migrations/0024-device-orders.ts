import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const text = sql`text`;
const time = sql`bigint`;

async function createOrders(db: Kysely<unknown>): Promise<void> {
  let orders = db.schema.createTable('device_orders');
  for (const name of ['organisation', 'device', 'id', 'kind', 'ordered_by', 'reason'])
    orders = orders.addColumn(name, text, (column) => column.notNull());
  for (const name of ['act', 'notice', 'telephone', 'allow', 'text', 'salt', 'hash', 'breach', 'withdrawn_from'])
    orders = orders.addColumn(name, text);
  for (const name of ['lifted_by', 'lift_reason', 'effect', 'observed']) orders = orders.addColumn(name, text);
  for (const name of ['ordered_at', 'since_version'])
    orders = orders.addColumn(name, time, (column) => column.notNull());
  for (const name of ['until', 'dropped_version', 'lifted_at', 'effect_at', 'effect_received_at', 'effect_generation'])
    orders = orders.addColumn(name, time);
  await orders.addPrimaryKeyConstraint('device_orders_key', ['organisation', 'device', 'id'] as never[]).execute();
  // What is in force somewhere is few of all that was ever ordered.
  await db.schema
    .createIndex('device_orders_open')
    .on('device_orders')
    .columns(['organisation', 'device'])
    .where(sql<boolean>`dropped_version is null or effect = 'in-force'`)
    .execute();
}

async function createEffects(db: Kysely<unknown>): Promise<void> {
  let effects = db.schema.createTable('device_order_effects');
  for (const name of ['organisation', 'device', 'order_id', 'effect', 'observed'])
    effects = effects.addColumn(name, text, (column) => column.notNull());
  for (const name of ['sequence', 'generation', 'at', 'received_at'])
    effects = effects.addColumn(name, time, (column) => column.notNull());
  const key = ['organisation', 'device', 'order_id', 'sequence'];
  await effects.addPrimaryKeyConstraint('device_order_effects_key', key as never[]).execute();
}

async function createRefusals(db: Kysely<unknown>): Promise<void> {
  let refusals = db.schema.createTable('device_refusals');
  for (const name of ['organisation', 'device', 'reason'])
    refusals = refusals.addColumn(name, text, (column) => column.notNull());
  for (const name of ['first_at', 'last_at']) refusals = refusals.addColumn(name, time, (column) => column.notNull());
  const key = ['organisation', 'device', 'reason'];
  await refusals.addPrimaryKeyConstraint('device_refusals_key', key as never[]).execute();
}

/** What devices are ordered, and what they report of it. */
export const deviceOrders: Migration = {
  async up(db: Kysely<unknown>) {
    await createOrders(db);
    await createEffects(db);
    await createRefusals(db);
    for (const name of ['desired_version', 'desired_held'])
      await db.schema
        .alterTable('devices')
        .addColumn(name, time, (column) => column.notNull().defaultTo(0))
        .execute();
    await db.schema.alterTable('devices').addColumn('desired_at', time).execute();
    await db.schema.alterTable('devices').addColumn('effects_at', time).execute();
    // Who may not have what was ordered last: looked for every few seconds.
    await db.schema
      .createIndex('devices_behind')
      .on('devices')
      .columns(['organisation', 'id'])
      .where(sql<boolean>`desired_version > desired_held`)
      .execute();
  },
};
