import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import type { Db, OpenDatabase, Watching } from './database.ts';
import type { Database } from './schema.ts';
import { keepingStatements } from './statements.ts';

/**
 * A transaction takes the writer at its beginning. One that reads first and writes later would fail at once, whatever
 * `busy_timeout` says, where another process (a command beside the server) has written in between.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #isInTransaction: () => boolean;

  constructor(database: SqliteDatabase, isInTransaction: () => boolean) {
    super({ database });
    this.#isInTransaction = isInTransaction;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /**
   * On a full disk SQLite has rolled back already (lang_transaction.html, 2.4): to do so twice is an error, which would
   * take the place of the one that says why.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#isInTransaction()) await super.rollbackTransaction(connection);
  }
}

/**
 * Opens the SQLite database in `folder`, which is made where it is missing. `synchronous=FULL`: what has been
 * acknowledged to a device has reached the disk. Throws where the folder cannot be written.
 */
export function openSqlite(
  folder: string,
  watching: Required<Watching>,
  through: (database: SqliteDatabase) => SqliteDatabase = (database) => database,
): OpenDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sqlite = new SQLite(join(folder, 'beadle.db'));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('busy_timeout = 5000');
  sqlite.pragma('wal_autocheckpoint = 8000');
  sqlite.pragma('cache_size = -65536');
  const database = keepingStatements(through(sqlite));
  const dialect = new SqliteDialect({ database });
  dialect.createDriver = () => new ImmediateDriver(database, () => sqlite.inTransaction);
  const db = new Kysely<Database>({ dialect, ...watching });
  return {
    db,
    engine: 'sqlite',
    checkpoint: () => void sqlite.pragma('wal_checkpoint(TRUNCATE)'),
    close: () => db.destroy(),
  };
}

/**
 * The database in `folder`, which is only read: each transaction sees it as it was at its first query, and what is in the
 * write-ahead log with it. Throws where there is none (`SQLITE_CANTOPEN`).
 */
export function openSqliteToRead(folder: string): Db {
  const database = new SQLite(join(folder, 'beadle.db'), { readonly: true, fileMustExist: true });
  return new Kysely<Database>({ dialect: new SqliteDialect({ database }) });
}
