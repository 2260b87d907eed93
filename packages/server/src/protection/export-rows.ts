import { iso } from '@beadle/shared';
import type { NamedRow } from './named-in.ts';
import { isNamed, type Names, replacerOf } from './names.ts';
import type { NamingTable } from './naming-columns.ts';
import type { OthersMask } from './mask-others.ts';

/** What signs somebody in, or is the server's own. */
const NEVER: ReadonlySet<string> = new Set([
  'organisation',
  'password_hash',
  'second_factor',
  'id_hash',
  'code_hash',
  'request_key',
  'document_hash',
  'concealed_from',
  'salt',
  'hash',
]);
/** Of a row that only names them: by what it is known, and when it was. */
const KNOWN_BY = /^(?:id|ref|kind|role|sequence|type|status|action|target|breach|authorisation|register|item|version)$/;
const MOMENT = /(?:^|_)(?:at|from|to|until|seen|since)$/;
const NAME = /^(?:actor|holder|address|account|line_manager|owner|\w+_by)$/;

/** By the day: when somebody signs in is nobody's business to the minute. */
const BY_DAY: ReadonlySet<string> = new Set(['sessions', 'sign_in_codes']);

const momentOf = (table: string, at: number): string => (BY_DAY.has(table) ? iso(at).slice(0, 10) : iso(at));

const parsedOr = (text: string): unknown => {
  try {
    return /^\s*[[{]/.test(text) ? JSON.parse(text) : text;
  } catch {
    return text;
  }
};

export interface Presenting {
  readonly mask: OthersMask;
  /** Whether a text names the person. */
  readonly mentions: (text: string) => boolean;
}

/** A sign that no text has. */
const SIGN = '\uFFFF';

/** Whether a text names them: with the sign in the place of their names it is another one. */
export function mentionsOf(names: Names): (text: string) => boolean {
  const replace = replacerOf(names, SIGN);
  return (text) => isNamed(names, text) || replace(text).includes(SIGN);
}

const namesThem = ({ mentions }: Presenting, value: string | number | null | undefined): boolean =>
  typeof value === 'string' && mentions(value);

/** A row as it is given to the person whom it names; undefined where a closer look finds that it does not. */
export function presentRow(
  { table, exact, within, theirs = [] }: Omit<NamingTable, 'table'> & { readonly table: string },
  row: NamedRow,
  how: Presenting,
  isAboutThem = false,
): Readonly<Record<string, unknown>> | undefined {
  const naming = new Set([...exact, ...within].filter((column) => namesThem(how, row[column])));
  if (naming.size === 0 && !isAboutThem) return undefined;
  const isWhole = isAboutThem || theirs.some((column) => naming.has(column));
  const shown = Object.entries(row).filter(
    ([column]) => !NEVER.has(column) && (isWhole || naming.has(column) || KNOWN_BY.test(column) || MOMENT.test(column)),
  );
  return Object.fromEntries(
    shown.map(([column, value]) => {
      if (typeof value === 'number') return [column, MOMENT.test(column) ? momentOf(table, value) : value];
      if (value === null) return [column, null];
      if (NAME.test(column)) return [column, how.mask.name(value)];
      return [column, parsedOr(how.mask.text(value))];
    }),
  );
}
