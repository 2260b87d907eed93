import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { folderOf, writeDurably } from './identity.ts';

/** A small JSON file beside the identity; undefined where it is not there, cannot be read or is not of its form. */
export function readNote<T extends TSchema>(data: string, name: string, form: T): Static<T> | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(join(folderOf(data), name), 'utf8'));
    return Value.Check(form, note) ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Writes it so that its holder may read it. */
export const writeNote = (data: string, name: string, note: object): void =>
  writeDurably(folderOf(data), name, `${JSON.stringify(note, null, 2)}\n`, 0o644);
