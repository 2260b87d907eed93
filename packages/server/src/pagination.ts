import Type, { type TSchema } from 'typebox';
import { problem } from './errors.ts';
import { isKeepable } from './keepable.ts';

const LIMIT = { default: 50, maximum: 500 } as const;

/** The query of every list; spread into its own: `Type.Object({ ...PageQuery, device: … }, { additionalProperties: false })`. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: LIMIT.maximum, description: `a number from 1 to ${LIMIT.maximum}` }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1000, description: 'the nextCursor of the page before' }),
  ),
};

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) });

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

type PartType = 'string' | 'number';
type Parts<T extends readonly PartType[]> = { [Key in keyof T]: T[Key] extends 'number' ? number : string };

/** How many items are wanted. A store reads one row more, by which `toPage` knows whether there is a next page. */
export const limitOf = (query: { readonly limit?: number }): number => query.limit ?? LIMIT.default;

/**
 * The key of the last item of the page before: an opaque cursor holds what the list is ordered by, so that a page stays
 * right while rows are added. Undefined for the first page; a `bad-cursor` problem where it does not have these parts.
 */
export function readCursor<const T extends readonly PartType[]>(
  cursor: string | undefined,
  parts: T,
): Parts<T> | undefined {
  if (cursor === undefined) return undefined;
  const values = decode(cursor);
  const fits =
    Array.isArray(values) &&
    values.length === parts.length &&
    parts.every((type, index) => isPart(values[index], type));
  if (!fits)
    throw problem('bad-cursor', 'Use the nextCursor of the page before, or leave the cursor out to begin again.');
  return values as unknown as Parts<T>;
}

/** Every number in a key is whole: a time or a sequence. Anything else is not the server's own, and may be no value of a column. */
const isPart = (value: unknown, type: PartType): boolean =>
  type === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && isKeepable(value);

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** What `readCursor` gives back. */
export const cursorOf = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/** A page of `rows`, of which one more than `limit` was read. `key` gives what `readCursor` will give back. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => readonly (string | number)[],
  present: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? cursorOf(key(last)) : null;
  return { items: shown.map(present), nextCursor };
}
