import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { folderOf, keyFolderOf, makeDeviceKey, refuseReadableByOthers, writeDurably } from './identity.ts';
import { readNote, writeNote } from './note.ts';

/** How a device stands that is to be enrolled by the file that was put down for it. */
export const Waiting = Type.Object(
  {
    /** Null where the file does not say it. */
    server: Type.Union([Type.String(), Type.Null()]),
    /** `not-asked`: the server has not answered yet. `not-valid`: the token enrols nothing any more. */
    state: Type.Enum(['not-asked', 'waiting', 'refused', 'not-valid']),
    /** Since when it is so, and when it last asked, by this device's clock. */
    since: Type.String(),
    askedAt: Type.String(),
    /** In the server's words, or what kept it from answering. */
    detail: Type.String(),
  },
  { additionalProperties: false },
);
export type Waiting = Static<typeof Waiting>;

const KEY_FILE = 'waiting-key.pem';
const NOTE_FILE = 'waiting.json';

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The key that this device asks with until it is enrolled: the same after each start, so that ICT sees one laptop. */
export function waitingKey(data: string): KeyObject {
  const path = join(keyFolderOf(data), KEY_FILE);
  const kept = readIfThere(path);
  if (kept !== undefined) {
    refuseReadableByOthers(path);
    return createPrivateKey(kept);
  }
  const key = makeDeviceKey();
  writeDurably(keyFolderOf(data), KEY_FILE, key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  return key;
}

/** How it stands, for whoever asks `beadle-agent status`; undefined where nothing was asked, or the note is damaged. */
export const readWaiting = (data: string): Waiting | undefined => readNote(data, NOTE_FILE, Waiting);

/** Notes how it stands; `since` stays while the state does. */
export function noteWaiting(data: string, { state, ...told }: Omit<Waiting, 'since'>): void {
  const before = readWaiting(data);
  const since = before?.state === state ? before.since : told.askedAt;
  writeNote(data, NOTE_FILE, { ...told, state, since });
}

/** It waits no longer: it is enrolled. */
export function endWaiting(data: string): void {
  for (const path of [join(keyFolderOf(data), KEY_FILE), join(folderOf(data), NOTE_FILE)])
    rmSync(path, { force: true });
}
