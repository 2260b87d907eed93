import type { Column, Row } from './column.ts';

export interface Change {
  readonly key: string;
  /** The whole row as it will be. */
  readonly row: Row;
  readonly before: Row;
  /** The names of the columns that differ. */
  readonly columns: readonly string[];
}

export interface Plan {
  readonly added: readonly { readonly key: string; readonly row: Row }[];
  readonly changed: readonly Change[];
  /** How many are as the list has them. */
  readonly left: number;
  /** In the register and not in the list. */
  readonly gone: readonly string[];
}

export interface PlanInput {
  readonly columns: readonly Column[];
  /** What the register has, by key. */
  readonly current: ReadonlyMap<string, Row>;
  /** Those of the register that are gone where the list does not have them: what comes from elsewhere is not. */
  readonly expected: ReadonlySet<string>;
  readonly incoming: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** A row that is new, with what its columns mean where the list does not have them. */
const filled = (columns: readonly Column[], row: Row): Row => ({
  ...Object.fromEntries(columns.map(({ name, empty = null }) => [name, empty])),
  ...row,
});

/** What a list would do to a register; pure. Columns that the list does not have stay as they are. */
export function planImport({ columns, current, expected, incoming, keyOf }: PlanInput): Plan {
  const added: { key: string; row: Row }[] = [];
  const changed: Change[] = [];
  const seen = new Set<string>();
  for (const given of incoming) {
    const key = keyOf(given);
    seen.add(key);
    const before = current.get(key);
    if (before === undefined) {
      added.push({ key, row: filled(columns, given) });
      continue;
    }
    const differing = Object.keys(given).filter((name) => given[name] !== before[name]);
    if (differing.length > 0) changed.push({ key, row: { ...before, ...given }, before, columns: differing });
  }
  const left = incoming.length - added.length - changed.length;
  return { added, changed, left, gone: [...expected].filter((key) => !seen.has(key)) };
}

/** More than this part of a register going at once is more likely a broken list than a council's Monday. */
export const MOST_GONE_PERCENT = 20;

export const isTooMuchGone = (gone: number, expected: number): boolean => gone * 100 > expected * MOST_GONE_PERCENT;
