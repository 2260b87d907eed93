import type { Db, Tx } from './database.ts';
import { runsSideBySide } from './engine.ts';

/**
 * Rows are locked in one order wherever more than one is: a device's (`heads`, `devices`), its breaches, the counter of
 * references, jobs, the organisation. Whoever takes them otherwise is undone and done again (`inTransaction`).
 */
interface Lockable<Q> {
  forUpdate(of?: never): Q;
}

/** The rows that a query finds stay locked until the transaction ends. The query has no outer join. */
export const locking = <Q extends Lockable<Q>>(db: Db | Tx, query: Q): Q =>
  runsSideBySide(db) ? query.forUpdate() : query;

interface Ordered<Q> {
  orderBy(column: 'id'): Lockable<Q>;
}

/**
 * The same, by their ids, as everybody locks these rows. SQLite locks none of them, and the order would have it walk
 * through the whole council by the key rather than take the index of what is asked for.
 */
export const lockingById = <Q extends Ordered<Q>>(db: Db | Tx, query: Q): Q =>
  runsSideBySide(db) ? query.orderBy('id').forUpdate() : query;

/** Acts of one organisation that follow on one another, such as its audit log's, wait for each other here. */
export async function lockOrganisation(tx: Tx, id: string): Promise<void> {
  if (runsSideBySide(tx)) await tx.selectFrom('organisations').select('id').where('id', '=', id).forUpdate().execute();
}

/** Nothing that a device sends is applied while this transaction lasts. */
export async function lockDevice(tx: Tx, organisation: string, device: string): Promise<void> {
  if (!runsSideBySide(tx)) return;
  const rows = tx.selectFrom('devices').select('id').where('organisation', '=', organisation).where('id', '=', device);
  await rows.forUpdate().execute();
}
