import { sql } from 'kysely';
import type { Db } from '../db/database.ts';

/** A table as the database itself describes it, so that none and no column can be forgotten. */
export interface Table {
  readonly name: string;
  /** In the order in which a row's values stand. */
  readonly columns: readonly string[];
  /** The primary key, by which the table is read in parts. */
  readonly key: readonly string[];
}

interface Column {
  readonly name: string;
  /** Its place in the primary key, from 1; 0 where it is not in it. */
  readonly pk: number;
}

/** Every table of a SQLite database but those of the migrations, by name. */
export async function tablesOf(source: Db): Promise<Table[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema
    where type = 'table' and name not glob 'sqlite_*' and name not glob 'kysely_*'
    order by name`.execute(source);
  const tables: Table[] = [];
  for (const { name } of rows) {
    const columns = await sql<Column>`select name, pk from pragma_table_info(${name}) order by cid`.execute(source);
    const key = columns.rows.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    tables.push({ name, columns: columns.rows.map((column) => column.name), key: key.map((column) => column.name) });
  }
  return tables;
}

export async function countOf(db: Db, { name }: Table): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** A value of a row, as both engines give and take it. */
export type Value = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

const listOf = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)));

/** The rows in parts of at most `atOnce`, in the order of the key: each part begins behind the last one's end. */
export async function* partsOf(db: Db, { name, columns, key }: Table, atOnce: number): AsyncGenerator<readonly Row[]> {
  const [all, by] = [listOf(columns), listOf(key)];
  let behind = sql``;
  for (;;) {
    const { rows } =
      await sql<Row>`select ${all} from ${sql.table(name)} ${behind} order by ${by} limit ${sql.lit(atOnce)}`.execute(
        db,
      );
    const last = rows.at(-1);
    if (last !== undefined) yield rows;
    if (last === undefined || rows.length < atOnce) return;
    behind = sql`where (${by}) > (${sql.join(key.map((column) => last[column]))})`;
  }
}
