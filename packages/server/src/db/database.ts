import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type KyselyPlugin,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type Transaction,
} from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import { start } from './migrations/0001-start.ts';
import { reportsByPeople } from './migrations/0002-reports-by-people.ts';
import type { Database } from './schema.ts';
import { keepingStatements } from './statements.ts';

export type Db = Kysely<Database>;
/** Within a transaction every store function takes this in place of `Db`. */
export type Tx = Transaction<Database>;

export interface OpenDatabase {
  readonly db: Db;
  readonly engine: 'sqlite';
  /** Moves what is in the write-ahead log into the database file, so that a copy of the file is whole. */
  checkpoint(): void;
  close(): Promise<void>;
}

const migrations: MigrationProvider = {
  getMigrations: async () => ({ '0001-start': start('blob'), '0002-reports-by-people': reportsByPeople }),
};

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
export function openDatabase(folder: string, plugins: KyselyPlugin[] = []): OpenDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sqlite = new SQLite(join(folder, 'beadle.db'));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('busy_timeout = 5000');
  sqlite.pragma('wal_autocheckpoint = 8000');
  sqlite.pragma('cache_size = -65536');
  const database = keepingStatements(sqlite);
  const dialect = new SqliteDialect({ database });
  dialect.createDriver = () => new ImmediateDriver(database, () => sqlite.inTransaction);
  const db = new Kysely<Database>({ dialect, plugins });
  return {
    db,
    engine: 'sqlite',
    checkpoint: () => void sqlite.pragma('wal_checkpoint(TRUNCATE)'),
    close: () => db.destroy(),
  };
}

export async function migrate(db: Db): Promise<readonly string[]> {
  const { error, results = [] } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error !== undefined) throw new Error('the database could not be brought up to date', { cause: error });
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
}
