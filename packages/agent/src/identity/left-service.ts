import Type, { type Static } from 'typebox';
import { LEFT_FILE } from './identity.ts';
import { readNote, writeNote } from './note.ts';

/** That the server has told, under its pinned key, that this device has left the council's service. */
export const LeftService = Type.Object({ at: Type.String(), detail: Type.String() }, { additionalProperties: false });
export type LeftService = Static<typeof LeftService>;

/** Undefined where it is in service, or the note cannot be read. */
export const readLeftService = (data: string): LeftService | undefined => readNote(data, LEFT_FILE, LeftService);

/** Kept until the device is enrolled again. */
export const noteLeftService = (data: string, note: LeftService): void => writeNote(data, LEFT_FILE, note);
