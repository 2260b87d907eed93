import { type Compilable, CompiledQuery, type QueryResult } from 'kysely';
import type { Db, Tx } from './database.ts';

/** Stands in a compiled query for a value that is given each time it is run. */
class Argument {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Compiled {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

type Build<Args, Row> = (db: Db | Tx, arg: Args) => Compilable<Row>;

/**
 * A query of a hot path: built and compiled once for each database and engine, by its dialect, then only run. `build` may
 * use `arg` where a value stands and must not look into it.
 */
export function compiledOnce<Args extends object, Row>(build: Build<Args, Row>) {
  const byDatabase = new WeakMap<object, Compiled>();
  const placeholders = new Proxy({}, { get: (_target, name) => new Argument(String(name)) }) as Args;
  return async (db: Db | Tx, args: Args): Promise<QueryResult<Row>> => {
    const { adapter } = db.getExecutor();
    let compiled = byDatabase.get(adapter);
    if (compiled === undefined) {
      const { sql, parameters } = build(db, placeholders).compile();
      compiled = { sql, parameters };
      byDatabase.set(adapter, compiled);
    }
    const values = compiled.parameters.map((value) =>
      value instanceof Argument ? args[value.name as keyof Args] : value,
    );
    return db.executeQuery<Row>(CompiledQuery.raw(compiled.sql, values));
  };
}

/**
 * An insert of many rows at once, compiled once for each number of rows. `build` is given that many rows of placeholders,
 * whose keys are `columns`.
 */
export function compiledInsert<Row extends object>(
  columns: readonly (keyof Row & string)[],
  build: (db: Db | Tx, rows: Row[]) => Compilable,
) {
  const byDatabase = new WeakMap<object, Map<number, string>>();
  const placeholder = Object.fromEntries(columns.map((name) => [name, new Argument(name)])) as Row;
  return async (db: Db | Tx, rows: readonly Row[]): Promise<void> => {
    const { adapter } = db.getExecutor();
    const byCount = byDatabase.get(adapter) ?? new Map<number, string>();
    byDatabase.set(adapter, byCount);
    const sql = byCount.get(rows.length) ?? build(db, Array(rows.length).fill(placeholder)).compile().sql;
    byCount.set(rows.length, sql);
    const values = rows.flatMap((row) => columns.map((name) => row[name]));
    await db.executeQuery(CompiledQuery.raw(sql, values));
  };
}
