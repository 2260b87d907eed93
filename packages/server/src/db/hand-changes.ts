import type { Db, Tx } from './database.ts';

/** The mark of a row that a person took out of a register. */
export const TAKEN_OUT = 'gone';

/** So many rows are written in one statement. */
const AT_ONCE = 500;

interface Where {
  readonly organisation: string;
  readonly register: 'people' | 'devices' | 'sticks' | 'printers';
}

export interface HandChange {
  readonly key: string;
  readonly column: string;
  /** `actorOf(caller)`. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Keeps which cells a person changed; of two changes to the same the last. */
export async function noteByHand(tx: Tx, where: Where, changes: readonly HandChange[]): Promise<void> {
  for (let from = 0; from < changes.length; from += AT_ONCE) {
    const rows = changes.slice(from, from + AT_ONCE).map(({ key, column, by, at }) => ({
      ...where,
      row_key: key,
      column_name: column,
      changed_by: by,
      changed_at: at,
    }));
    await tx
      .insertInto('hand_changes')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['organisation', 'register', 'row_key', 'column_name']).doUpdateSet((row) => ({
          changed_by: row.ref('excluded.changed_by'),
          changed_at: row.ref('excluded.changed_at'),
        })),
      )
      .execute();
  }
}

/** What a person changed in one row, or in every row, by column. */
export async function readByHand(db: Db | Tx, { organisation, register }: Where, key?: string): Promise<HandChange[]> {
  let query = db
    .selectFrom('hand_changes')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('register', '=', register);
  if (key !== undefined) query = query.where('row_key', '=', key);
  const rows = await query.orderBy('row_key').orderBy('column_name').execute();
  return rows.map((row) => ({ key: row.row_key, column: row.column_name, by: row.changed_by, at: row.changed_at }));
}

interface Taken {
  readonly key: string;
  readonly columns: readonly string[];
}

/** Forgets the marks of what has been taken back. */
export async function forgetByHand(tx: Tx, { organisation, register }: Where, taken: readonly Taken[]) {
  for (const { key, columns } of taken)
    await tx
      .deleteFrom('hand_changes')
      .where('organisation', '=', organisation)
      .where('register', '=', register)
      .where('row_key', '=', key)
      .where('column_name', 'in', [...columns])
      .execute();
}
