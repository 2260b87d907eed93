import type { Insertable } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import type { OrganisationTable } from '../db/schema.ts';
import { codeOf, StartError } from '../errors.ts';
import { keepable } from '../keepable.ts';
import { type Sum, Summing } from './sum.ts';
import { partsOf, type Row, type Table } from './tables.ts';

/** PostgreSQL takes 65,535 values in a statement, and no table has more than 30 columns. */
const AT_ONCE = 500;

export interface Copied {
  /** What was written, as the source had it. */
  readonly sum: Sum;
  /** Texts that PostgreSQL cannot keep as they were: with U+FFFD in the place of what it cannot. */
  readonly mended: number;
}

/** An older version let in texts with a NUL, which its own database keeps and PostgreSQL does not. */
function mend(row: Row): { readonly row: Row; readonly mended: number } {
  const changed = Object.entries(row).filter(([, value]) => typeof value === 'string' && keepable(value) !== value);
  if (changed.length === 0) return { row, mended: 0 };
  const values = Object.fromEntries(changed.map(([column, value]) => [column, String(keepable(value))]));
  return { row: { ...row, ...values }, mended: changed.length };
}

async function insert(to: Tx, table: Table, rows: readonly Row[]): Promise<void> {
  try {
    // Its columns come from the database itself: no type knows them.
    const values = rows as unknown as Insertable<OrganisationTable>[];
    await to
      .insertInto(table.name as 'organisations')
      .values(values)
      .execute();
  } catch (cause) {
    // Classes 22 and 23 (appendix A of PostgreSQL's manual): the data, not the machine.
    if (!/^2[23]/.test(codeOf(cause) ?? '')) throw cause;
    const place = table.key.map((column) => JSON.stringify(rows[0]?.[column])).join(', ');
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `PostgreSQL does not take a row of ${table.name} among the ${rows.length} from (${place}) on: ${words}. Nothing was carried over.`,
      { cause },
    );
  }
}

/** Copies a table into an empty one. `copied` is told, after each part, how many rows there are. */
export async function copyTable(from: Db, to: Tx, table: Table, copied: (rows: number) => void): Promise<Copied> {
  const summing = new Summing();
  let mended = 0;
  for await (const part of partsOf(from, table, AT_ONCE)) {
    const rows = part.map(mend);
    mended += rows.reduce((sum, row) => sum + row.mended, 0);
    const kept = rows.map(({ row }) => row);
    await insert(to, table, kept);
    summing.add(table, kept);
    copied(summing.sum.rows);
  }
  return { sum: summing.sum, mended };
}

/** What a table holds, read again. */
export async function sumOf(db: Db, table: Table): Promise<Sum> {
  const summing = new Summing();
  for await (const rows of partsOf(db, table, AT_ONCE)) summing.add(table, rows);
  return summing.sum;
}
