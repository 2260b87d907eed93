import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, StartError } from '../errors.ts';

/** Their names in the keys folder. */
export const KEY_FILES = { serverKey: 'server-key.pem', nextKey: 'next-key.pem', tokenKey: 'token-key' } as const;
/** In it: a file for each key that was the server's before, by its fingerprint. */
const FORMER_FOLDER = 'former';

/** The keys as they stand in the folder's files: PKCS #8 in PEM, and the token key in base64url. */
export interface KeyFiles {
  readonly serverKey: string;
  readonly tokenKey: string;
  readonly nextKey?: string;
  readonly formerKeys?: readonly string[];
}

export const formerFile = (folder: string, keyId: string): string => join(folder, FORMER_FOLDER, `${keyId}.pem`);

/** The paths of the former keys. */
export function formerFiles(folder: string): string[] {
  const former = join(folder, FORMER_FOLDER);
  try {
    const names = readdirSync(former).filter((name) => name.endsWith('.pem'));
    return names.toSorted().map((name) => join(former, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Windows has no such bits; there the folder's access list is the installer's. */
function refuseOthers(path: string): void {
  const { mode } = statSync(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const fix = `chmod go= ${path}`;
  throw new StartError(
    `${path} holds the server's keys and can be read by others than its owner: run \`${fix}\`, then start again.`,
  );
}

export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseOthers(folder);
}

/** Undefined where there is no such file. Throws a `StartError` where others can read it too. */
export function readKey(path: string): string | undefined {
  try {
    refuseOthers(path);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function readOrMake(path: string, make: () => string): string {
  const there = readKey(path);
  if (there !== undefined) return there;
  writeOnce(path, make());
  return readFileSync(path, 'utf8');
}

/** So that what was written, linked or removed in it is so after a power cut. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/**
 * A file that is there stays. Under a name of its own first, then linked: of two processes that start together one wins,
 * and neither reads a half.
 */
export function writeOnce(path: string, text: string): void {
  makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    linkSync(temporary, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    unlinkSync(temporary);
  }
  flushFolder(dirname(path));
}
