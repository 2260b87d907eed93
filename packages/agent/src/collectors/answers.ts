import { isKnown, type Known, known, mapKnown, type Reason, unknown } from '@beadle/shared';
import type { SourceResult } from '../host/host.ts';
import type { Outputs } from './collector.ts';

const DETAIL_CHARACTERS = 200;

/** What was printed, where the source ended well; why not, in any other case. */
export function textOf(result: SourceResult | undefined): Known<string> {
  if (result === undefined) return unknown('source-missing');
  if (result.kind === 'unreadable') return unknown(result.reason, result.detail);
  if (result.exitCode !== 0) return unknown(reasonOfFailure(result.stderr), firstLine(result.stderr));
  return known(result.stdout);
}

/**
 * Why a source failed, by the codes that Windows' interfaces give and by the words of tools that answer in English. It
 * is told to ICT and decides nothing: whatever failed is unknown.
 */
const FAILURES: readonly (readonly [RegExp, Reason])[] = [
  [/ConstrainedLanguage|ScriptBlocked/i, 'blocked'],
  [/PieceTimedOut/, 'timed-out'],
  [/0x80041003|0x80070005|UnauthorizedAccess|access (is|was) denied|permission denied|not permitted/i, 'access-denied'],
  [/0x8004100E|0x80041010|CommandNotFoundException/i, 'not-installed'],
  [/NoMatchingLogsFound|EventLogNotFound|0x80073A99|0x80073A9F/i, 'log-disabled'],
  [/0x800706BA|0x800106BA/i, 'service-down'],
];

const reasonOfFailure = (stderr: string): Reason =>
  FAILURES.find(([said]) => said.test(stderr))?.[1] ?? 'source-failed';

export const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, DETAIL_CHARACTERS);

export function jsonOf(result: SourceResult | undefined): Known<unknown> {
  return mapKnown(textOf(result), (text) => {
    try {
      return known(JSON.parse(text.replace(/^\uFEFF/, '')));
    } catch {
      return unknown('not-understood', 'not JSON');
    }
  });
}

export const outputOf = (outputs: Outputs, source: { readonly id: string }) => outputs.get(source.id);

export type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of objects at `key` of an object, or undefined where it is anything else. */
export function rowsAt(value: unknown, key: string): readonly Fields[] | undefined {
  const rows = isFields(value) ? value[key] : undefined;
  return Array.isArray(rows) && rows.every((row) => isFields(row)) ? rows : undefined;
}

/** Text without blanks around it; `null` where there is none, undefined where the field is missing. */
export function textField(row: Fields, key: string): string | null | undefined {
  const value = row[key];
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value.trim() || null : null;
}

export type Told<T> = { readonly known: T } | { readonly unknown: Reason; readonly detail?: string };

/** A fact within facts, in the form that their schemas have. */
export function told<T>(fact: Known<T>): Told<T> {
  if (isKnown(fact)) return fact;
  return fact.detail === undefined ? { unknown: fact.unknown } : { unknown: fact.unknown, detail: fact.detail };
}
