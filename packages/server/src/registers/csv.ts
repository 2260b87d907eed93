import { CsvError, parse } from 'csv-parse/sync';
import type { Column, Row } from './column.ts';

export interface CsvProblem {
  /** From 1, as an editor counts them; where a quoted cell goes on over several, the first of its row. */
  readonly line: number;
  /** From 1, in cells. */
  readonly column: number;
  /** The column's name, or `the file`. */
  readonly name: string;
  readonly expected: string;
}

export type CsvReading =
  | {
      readonly ok: true;
      /** The columns that the file has, in its order. */
      readonly columns: readonly Column[];
      readonly rows: readonly Row[];
      /** The line on which each row begins. */
      readonly lines: readonly number[];
    }
  | { readonly ok: false; readonly problems: readonly CsvProblem[] };

export const MOST_ROWS = 20_000;
/** All that is wrong is told at once, up to so many. */
const MOST_PROBLEMS = 50;

const whole = (line: number, expected: string, column = 1): CsvReading => ({
  ok: false,
  problems: [{ line, column, name: 'the file', expected }],
});

interface Line {
  readonly record: readonly string[];
  readonly line: number;
}

interface Informed {
  readonly record: readonly string[];
  /** `lines`: that on which the record ends. */
  readonly info: { readonly lines: number };
}

const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.split('\n').length - 1), 0);

/** The codes of csv-parse (https://csv.js.org/parse/errors/) in words. */
const MALFORMED: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'as many cells as the first line has',
  CSV_QUOTE_NOT_CLOSED: 'a closing quote',
  CSV_INVALID_CLOSING_QUOTE: 'a comma or the end of the line after a closing quote',
  INVALID_OPENING_QUOTE: 'a quote only at the beginning of a cell, and doubled within one',
  CSV_MAX_RECORD_SIZE: 'rows of at most 20,000 characters',
};

function linesOf(text: string): readonly Line[] | CsvReading {
  try {
    const found: unknown = parse(text.replaceAll(/\r\n?/g, '\n'), {
      info: true,
      skip_empty_lines: true,
      max_record_size: 20_000,
    });
    // With `info` each record stands beside what is known of it, which the types do not say.
    return (found as readonly Informed[]).map(({ record, info }) => ({ record, line: info.lines - breaksIn(record) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    const column = typeof error['column'] === 'number' ? error['column'] + 1 : 1;
    return whole(line, MALFORMED[error.code] ?? 'comma-separated values (RFC 4180)', column);
  }
}

function columnsOf(header: Line, known: readonly Column[]): readonly Column[] | readonly CsvProblem[] {
  const problems: CsvProblem[] = [];
  const list = known.map(({ name }) => name).join(', ');
  const columns = header.record.flatMap((name, index) => {
    const at = { line: header.line, column: index + 1, name: name.slice(0, 40) || 'no name' };
    if (header.record.indexOf(name) < index) problems.push({ ...at, expected: 'each column once' });
    const column = known.find((one) => one.name === name);
    if (column === undefined) problems.push({ ...at, expected: `a column of ${list}` });
    return column ?? [];
  });
  for (const { name, needed } of known) {
    if (needed && !header.record.includes(name))
      problems.push({ line: header.line, column: header.record.length + 1, name, expected: 'this column to be there' });
  }
  return problems.length > 0 ? problems : columns;
}

const isProblem = (one: Column | CsvProblem): one is CsvProblem => 'expected' in one && 'line' in one;

function cellOf(column: Column, text: string): { readonly value: string | null } | undefined {
  const trimmed = text.trim();
  const value = trimmed === '' ? column.empty : column.read(trimmed);
  return value === undefined ? undefined : { value };
}

function readRow(columns: readonly Column[], { record, line }: Line, problems: CsvProblem[]): Row {
  const row: Record<string, string | null> = {};
  for (const [index, column] of columns.entries()) {
    const cell = cellOf(column, record[index] ?? '');
    if (cell === undefined) problems.push({ line, column: index + 1, name: column.name, expected: column.expected });
    else row[column.name] = cell.value;
  }
  return row;
}

function duplicatesOf(rows: readonly Row[], lines: readonly Line[], keyOf: (row: Row) => string): CsvProblem[] {
  const first = new Map<string, number>();
  return rows.flatMap((row, index) => {
    const [key, line] = [keyOf(row), lines[index]?.line ?? 0];
    const before = first.get(key);
    if (before === undefined) first.set(key, line);
    return before === undefined
      ? []
      : [{ line, column: 1, name: key, expected: `only one row; line ${before} has it` }];
  });
}

/**
 * Reads a file of comma-separated values, all of it or nothing: UTF-8, with a byte order mark or without, whose first
 * line names the columns exactly. `keyOf` says what must not be in it twice.
 */
export function readCsv(bytes: Uint8Array, known: readonly Column[], keyOf: (row: Row) => string): CsvReading {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return whole(1, 'UTF-8; in Excel, save it as "CSV UTF-8"');
  }
  const lines = linesOf(text);
  if ('ok' in lines) return lines;
  const [header, ...body] = lines;
  if (header === undefined)
    return whole(1, `a first line with the columns ${known.map(({ name }) => name).join(', ')}`);
  if (body.length > MOST_ROWS) return whole(body[MOST_ROWS]?.line ?? 1, `at most ${MOST_ROWS} rows`);
  const columns = columnsOf(header, known);
  if (columns.some(isProblem)) return { ok: false, problems: columns.filter(isProblem).slice(0, MOST_PROBLEMS) };
  return rowsOf(columns as readonly Column[], body, keyOf);
}

function rowsOf(columns: readonly Column[], body: readonly Line[], keyOf: (row: Row) => string): CsvReading {
  const problems: CsvProblem[] = [];
  const rows = body.map((line) => readRow(columns, line, problems));
  if (problems.length === 0) problems.push(...duplicatesOf(rows, body, keyOf));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, MOST_PROBLEMS) };
  return { ok: true, columns, rows, lines: body.map(({ line }) => line) };
}
