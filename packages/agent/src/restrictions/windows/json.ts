import type { SourceResult } from '../../host/host.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The one object that a script printed; undefined where it did not. */
export function fieldsOf(result: SourceResult): Fields | undefined {
  if (result.kind === 'unreadable' || result.exitCode !== 0) return undefined;
  try {
    const value: unknown = JSON.parse(result.stdout.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** A list, as PowerShell 5.1 writes one: of a single item it may write the item. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];

/** Why a program came to nothing, in a few words. */
export const whyOf = (result: SourceResult): string =>
  result.kind === 'output' ? `exit code ${result.exitCode}` : result.reason;
