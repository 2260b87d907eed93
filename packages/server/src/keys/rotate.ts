import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flushFolder, formerFile, KEY_FILES, readKey, readOrMake, writeOnce } from './files.ts';
import { makeServerKey, type ServerKey, serverKeyOf } from './keys.ts';

/** The key that is to come, made where there is none: each server is to have it before one of them signs by it. */
export function prepareKey(folder: string): ServerKey {
  const path = join(folder, KEY_FILES.nextKey);
  return serverKeyOf(readOrMake(path, makeServerKey), path);
}

export interface Rotated {
  readonly from: string;
  readonly to: string;
}

/**
 * The next key becomes the server's, made now where none was prepared, and the one of today a former one. A server that runs
 * goes on with what it has read. Cut off at any moment, the folder holds either key as the server's, and loses none.
 */
export function rotateKey(folder: string): Rotated {
  const path = join(folder, KEY_FILES.serverKey);
  const pem = readKey(path) ?? '';
  const { keyId: from } = serverKeyOf(pem, path);
  const { keyId: to } = prepareKey(folder);
  writeOnce(formerFile(folder, from), pem);
  renameSync(join(folder, KEY_FILES.nextKey), path);
  flushFolder(folder);
  return { from, to };
}

/** Ends a former key: a device that knows no newer one hears nothing of this server any more. False where it is not here. */
export function forgetKey(folder: string, keyId: string): boolean {
  const path = formerFile(folder, keyId);
  if (readKey(path) === undefined) return false;
  rmSync(path);
  flushFolder(dirname(path));
  return true;
}
