import type { Random } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import type { Column, Row } from './column.ts';
import type { Plan } from './plan.ts';

export const REGISTERS = ['people', 'devices', 'sticks', 'printers'] as const;
export type RegisterName = (typeof REGISTERS)[number];

/** Who keeps an entry: what a list says is gone touches nothing of another's. `hand`: a person entered it, and no list has it. */
export type Source = 'csv' | 'directory' | 'hand';

export interface WriteContext {
  readonly organisation: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `actorOf(caller)`, `cli:USER` or `beadle`. */
  readonly by: string;
  readonly random: Random;
  readonly source: Source;
}

export interface Kept {
  /** By key. */
  readonly current: ReadonlyMap<string, Row>;
  /** The keys that a whole list of this source must have, or they are gone. */
  readonly expected: ReadonlySet<string>;
}

/** A cell that only the whole list shows to be wrong. */
export interface RowProblem {
  /** The place of the row in the list. */
  readonly index: number;
  readonly column: string;
  readonly expected: string;
}

/** A list that the council keeps, as an import and a change need it. */
export interface Register {
  readonly name: RegisterName;
  readonly columns: readonly Column[];
  /** What a file's row says beside its columns, of what the register has under its key. */
  readonly implied?: (before: Row | undefined) => Row;
  /** Columns whose values stand in no audit log, which is kept for ever. */
  readonly unsaid?: readonly string[];
  /** What makes two rows the same; letters' cases do not count. */
  readonly keyOf: (row: Row) => string;
  read(tx: Tx, organisation: string, source: Source): Promise<Kept>;
  check?(kept: Kept, rows: readonly Row[]): readonly RowProblem[];
  /** Carries a plan out; its `gone` are what is to go. */
  write(tx: Tx, plan: Plan, context: WriteContext): Promise<void>;
}

/** So many rows are written in one statement: PostgreSQL takes 65,535 values, SQLite 32,766. */
export const ROWS_AT_ONCE = 500;

export function* inParts<T>(items: readonly T[], size = ROWS_AT_ONCE): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/** A cell that the register's schema says is never empty. */
export function filledCell(row: Row, name: string): string {
  const value = row[name];
  if (value === null || value === undefined) throw new Error(`the column ${name} is empty`);
  return value;
}
