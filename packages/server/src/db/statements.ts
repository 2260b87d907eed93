import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** More than the server has; statements that are made of a list's length come and go. */
const MOST = 500;
const CHANGES_TABLES = /^\s*(create|alter|drop|pragma|vacuum)\b/i;

/**
 * The same database, whose statements are prepared once and kept by their text: SQLite takes longer to prepare most of
 * them than to run them. A statement must be run to its end before it is run again, so that nothing may stream.
 */
export function keepingStatements(database: SqliteDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const known = kept.get(sql);
      if (known !== undefined) return known;
      if (CHANGES_TABLES.test(sql)) {
        kept.clear();
        return database.prepare(sql);
      }
      const oldest = kept.size < MOST ? undefined : kept.keys().next().value;
      if (oldest !== undefined) kept.delete(oldest);
      const statement = database.prepare(sql);
      kept.set(sql, statement);
      return statement;
    },
    close() {
      kept.clear();
      database.close();
    },
  };
}
