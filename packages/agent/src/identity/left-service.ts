import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { folderOf, LEFT_FILE, writeDurably } from './identity.ts';

/** That the server has told, under its pinned key, that this device has left the council's service. */
export const LeftService = Type.Object({ at: Type.String(), detail: Type.String() }, { additionalProperties: false });
export type LeftService = Static<typeof LeftService>;

/** Undefined where it is in service, or the note cannot be read. */
export function readLeftService(data: string): LeftService | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(join(folderOf(data), LEFT_FILE), 'utf8'));
    return Value.Check(LeftService, note) ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Kept until the device is enrolled again. */
export const noteLeftService = (data: string, note: LeftService): void =>
  writeDurably(folderOf(data), LEFT_FILE, `${JSON.stringify(note, null, 2)}\n`, 0o644);
