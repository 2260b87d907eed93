import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, isFields, jsonOf } from '../answers.ts';

/** What CIM puts where there is no value of an unsigned number. */
const NO_NUMBER = 4_294_967_295;

/** A JSON array of objects; PowerShell 5.1 makes a single object of an array of one. */
export const rowsOf = (result: SourceResult | undefined): Known<readonly Fields[]> =>
  mapKnown(jsonOf(result), (value) => {
    const rows: unknown = isFields(value) ? [value] : value;
    return Array.isArray(rows) && rows.every((row) => isFields(row))
      ? known(rows)
      : unknown('not-understood', 'not a list of rows');
  });

/** A list that is never empty on a working machine: one that is empty says nothing. */
export const someRowsOf = (result: SourceResult | undefined): Known<readonly Fields[]> =>
  mapKnown(rowsOf(result), (rows) => (rows.length === 0 ? unknown('not-told', 'an empty list') : known(rows)));

/** A number of zero or more, also as text, as 64-bit ones may come; `null` where Windows told none, or anything else. */
export function numberField(row: Fields, key: string): number | null {
  const value = row[key];
  const text = typeof value === 'string' && /^\d{1,20}$/.test(value) ? Number(value) : value;
  return typeof text === 'number' && Number.isFinite(text) && text >= 0 && text !== NO_NUMBER ? text : null;
}

export const flagField = (row: Fields, key: string): boolean | null => {
  const value = row[key];
  return typeof value === 'boolean' ? value : null;
};

/** `E:` of `E`, `e:` or `E:\`; undefined for anything else, such as the zero character of a partition without one. */
export function letterOf(value: unknown): string | undefined {
  const letter = typeof value === 'string' ? /^\s*([a-z])(?::\\?)?\s*$/i.exec(value)?.[1] : undefined;
  return letter === undefined ? undefined : `${letter.toUpperCase()}:`;
}
