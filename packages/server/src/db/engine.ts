import { PostgresAdapter } from 'kysely';
import type { Db, Tx } from './database.ts';

/**
 * Whether transactions run side by side, as on PostgreSQL, so that what is read to be changed must be locked. On SQLite a
 * transaction has the only writer from its beginning.
 */
export const runsSideBySide = (db: Db | Tx): boolean => db.getExecutor().adapter instanceof PostgresAdapter;
