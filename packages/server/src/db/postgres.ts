import { Socket } from 'node:net';
import {
  type AbortableOperationOptions,
  type CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
  type PostgresDialectConfig,
  type QueryResult,
} from 'kysely';
import { DatabaseError, Pool, type PoolConfig, types } from 'pg';
import type { OpenDatabase, Watching } from './database.ts';
import { listenWith } from './listen.ts';
import type { Database } from './schema.ts';

export interface PostgresOptions {
  /** Connections of this process at most. */
  readonly connections?: number;
  /** The same database, where `url` goes through a pooler that shares connections: what is listened to needs one of its own. */
  readonly direct?: string;
  /** How long a connection may say nothing before it is given up. */
  readonly silenceMs?: number;
}

/** Past the longest statement: whoever says nothing until then is frozen, or gone without the network having told. */
const SILENCE_MS = 75_000;

function socketThatGivesUp(silenceMs: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(silenceMs, () => socket.destroy());
}

/** Nobody answered, or the connection broke: not the database's own refusal, which has a code of its own. */
export class DatabaseAway extends Error {
  readonly code = 'DATABASE_AWAY';

  constructor(cause: unknown) {
    super('the database does not answer', { cause });
    this.name = 'DatabaseAway';
  }
}

const { INT8, NUMERIC } = types.builtins;

/** Times and counts are kept as `bigint` and are whole numbers that JavaScript can count; one beyond is refused. */
function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is beyond the numbers that are counted with`);
  return number;
}

const parsers: NonNullable<PoolConfig['types']> = {
  getTypeParser: (id, format) =>
    format !== 'binary' && (id === INT8 || id === NUMERIC) ? wholeNumber : types.getTypeParser(id, format),
};

/** A statement that takes longer, or waits for a row longer, is ended, so that none holds up the rest for good. */
const LIMITS = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 60_000,
  lock_timeout: 15_000,
  idle_in_transaction_session_timeout: 60_000,
} as const;

const orAway = (error: unknown): never => {
  throw error instanceof DatabaseError || error instanceof RangeError ? error : new DatabaseAway(error);
};

type Connection = Awaited<ReturnType<PostgresDriver['acquireConnection']>>;

/** Says `DatabaseAway` wherever the connection, not the database, is at fault; pg has no code for most of those. */
class AwayDriver extends PostgresDriver {
  readonly #seen = new WeakSet<Connection>();

  override async acquireConnection(options?: AbortableOperationOptions): Promise<Connection> {
    const connection = await super.acquireConnection(options).catch(orAway);
    if (this.#seen.has(connection)) return connection;
    this.#seen.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = <R>(query: CompiledQuery): Promise<QueryResult<R>> => execute<R>(query).catch(orAway);
    return connection;
  }

  /** On a connection that broke there is nothing to roll back; a second error would take the place of the one that says why. */
  override async rollbackTransaction(
    ...[connection]: Parameters<PostgresDriver['rollbackTransaction']>
  ): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

/**
 * Kysely's own lock is a session's, which a pooler that shares connections would leave with whoever comes next: `migrate`
 * takes one that ends with its transaction.
 */
class LockedByMigrate extends PostgresAdapter {
  override acquireMigrationLock(): Promise<void> {
    return Promise.resolve();
  }

  override releaseMigrationLock(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * PostgreSQL at `url`; its password may also come from PGPASSWORD or the password file, as libpq's documentation has them.
 * A connection that breaks is thrown away and the next use opens another.
 */
export function openPostgres(
  url: string,
  watching: Required<Watching>,
  { connections = 10, direct = url, silenceMs = SILENCE_MS }: PostgresOptions,
): OpenDatabase {
  const connection = {
    connectionString: url,
    application_name: 'beadle-server',
    stream: () => socketThatGivesUp(silenceMs),
    ...LIMITS,
  };
  const pool = new Pool({ ...connection, max: connections, types: parsers });
  // What happens to a connection is told to whoever uses it next: without a listener it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const config: PostgresDialectConfig = { pool };
  const dialect = new PostgresDialect(config);
  dialect.createDriver = () => new AwayDriver(config);
  dialect.createAdapter = () => new LockedByMigrate();
  const db = new Kysely<Database>({ dialect, ...watching });
  const close = () => db.destroy();
  return {
    db,
    engine: 'postgres',
    checkpoint: () => undefined,
    listen: listenWith({ ...connection, connectionString: direct }),
    close,
  };
}
