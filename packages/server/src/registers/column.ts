import { isDay } from '../day.ts';

/** A line of a register as its texts, by column; null where the cell is empty. What an import and a change speak of. */
export type Row = Readonly<Record<string, string | null>>;

export interface Column {
  readonly name: string;
  /** Whether a file must have the column. One that may be left out and is leaves what is there. */
  readonly needed: boolean;
  /** What an empty cell means; undefined where a cell must not be empty. */
  readonly empty: string | null | undefined;
  /** The text as it is kept; undefined where it is not of the expected form. */
  readonly read: (text: string) => string | undefined;
  /** Completes "expected …". */
  readonly expected: string;
}

type Given = Partial<Pick<Column, 'needed' | 'empty'>>;
const columnOf = (name: string, expected: string, read: Column['read'], given: Given): Column => ({
  name,
  needed: given.needed ?? false,
  empty: 'empty' in given ? given.empty : null,
  read,
  expected,
});

/** Nothing that would break a line, hide or turn text around (Unicode's controls, separators and bidi marks). */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const isLine = (text: string, most: number): boolean =>
  text.length <= most && !UNSEEN.test(text) && text.isWellFormed();

/** What must be there in every file and every row. */
export const KEY: Given = { needed: true, empty: undefined };

/** A formula is a text like any other: it is kept as it is and never computed. */
export const line = (name: string, most: number, given: Given = {}): Column =>
  columnOf(name, `one line of at most ${most} characters`, (text) => (isLine(text, most) ? text : undefined), given);

export const fitting = (name: string, pattern: RegExp, expected: string, given: Given = {}): Column =>
  columnOf(name, expected, (text) => (pattern.test(text) ? text : undefined), given);

/** A name to sign in with; directories do not tell the cases of letters apart. */
export const account = (name: string, given: Given = {}): Column => {
  const read = (text: string) =>
    /^[^\s"/\\[\]:;|=,+*?<>]{1,64}$/.test(text) && isLine(text, 64) ? text.toLowerCase() : undefined;
  return columnOf(name, 'an account such as sam.rivers', read, given);
};

export const oneOf = (name: string, words: readonly string[], given: Given = {}): Column =>
  columnOf(name, `one of ${words.join(', ')}`, (text) => words.find((word) => word === text.toLowerCase()), given);

export const yesOrNo = (name: string): Column => oneOf(name, ['yes', 'no'], { empty: 'no' });

export const day = (name: string): Column =>
  columnOf(name, 'a day such as 2026-11-01', (text) => (isDay(text) ? text : undefined), {});

const MOST_NAMES = 100;
export const namesIn = (text: string | null): string[] => (text === null ? [] : text.split(';'));
/** Names in the order in which a register keeps them, each once; null where there are none. */
export function joined(names: Iterable<string>): string | null {
  const sorted = [...new Set(names)].toSorted();
  return sorted.length === 0 ? null : sorted.join(';');
}

/** Names between semicolons. */
export const names = (name: string): Column => {
  const read = (text: string): string | undefined => {
    const given = text.split(';').map((part) => part.trim());
    const fits = given.length <= MOST_NAMES && given.every((part) => part !== '' && isLine(part, 200));
    return fits ? (joined(given) ?? undefined) : undefined;
  };
  return columnOf(name, `names between semicolons, at most ${MOST_NAMES}`, read, {});
};
