import type { Kysely, KyselyPlugin, LogConfig, Transaction } from 'kysely';
import type { Listen } from './listen.ts';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;
/** Within a transaction every store function takes this in place of `Db`. */
export type Tx = Transaction<Database>;

export interface OpenDatabase {
  readonly db: Db;
  readonly engine: 'sqlite' | 'postgres';
  /** Moves what SQLite has in the write-ahead log into the database file, so that a copy of the file is whole. */
  checkpoint(): void;
  /** What other servers on the same database say; left out where there can be none. */
  readonly listen?: Listen;
  close(): Promise<void>;
}

/** Who looks on at what is asked of a database. */
export interface Watching {
  readonly plugins?: KyselyPlugin[];
  /** Is told of each statement and how long it took, for a measurement. */
  readonly log?: LogConfig;
}
