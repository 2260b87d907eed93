import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * A notice row becomes a delivery: one event by one channel. What the event is, what the far end gave as a receipt and
 * said of it later, and which delivery this one stands in for. Rows from before have an unknown event.
 */
export const deliveries: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ['event', 'type', 'reference', 'severity', 'path', 'receipt', 'delivery', 'instead_of'])
      await db.schema.alterTable('notices').addColumn(name, sql`text`).execute();
    await db.schema.alterTable('notices').addColumn('delivered_at', sql`bigint`).execute();
    // An event goes once by each channel that is for no role, however many roles are told of it.
    await db.schema
      .createIndex('notices_once')
      .on('notices')
      .columns(['organisation', 'event', 'channel'])
      .unique()
      .where(sql<boolean>`role = ''`)
      .execute();
    await db.schema.createIndex('notices_by_status').on('notices').columns(['organisation', 'status', 'id']).execute();
  },
};
