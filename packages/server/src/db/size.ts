import { sql } from 'kysely';
import type { Db } from './database.ts';
import { runsSideBySide } from './engine.ts';

export interface DatabaseState {
  readonly bytes: number;
  /** The database's own version, such as `3.53.4` or `15.14`. */
  readonly version: string;
  /** The name of the last migration. */
  readonly migration: string;
}

/** How large the database is, and of which version. PostgreSQL's functions: section 9.28.7 of its manual. */
export async function databaseState(db: Db): Promise<DatabaseState> {
  const query = runsSideBySide(db)
    ? sql<{ bytes: number; version: string }>`
        select pg_database_size(current_database()) as bytes, current_setting('server_version') as version`
    : sql<{ bytes: number; version: string }>`
        select page_count * page_size as bytes, sqlite_version() as version from pragma_page_count(), pragma_page_size()`;
  const { rows } = await query.execute(db);
  const last = await sql<{ name: string }>`select name from kysely_migration order by name desc limit 1`.execute(db);
  return { bytes: rows[0]?.bytes ?? 0, version: rows[0]?.version ?? '', migration: last.rows[0]?.name ?? '' };
}
