import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { faultOf } from '../errors.ts';
import { keepTrying, pause } from '../watch/repeat.ts';

/**
 * Where whoever is at the device hands a release code to the agent, who is root: a folder in which everybody may put a file
 * and nobody but root may look (mode 1733). There is no port, no socket and no program with root's rights to be misused;
 * what is in it is a code to be compared, or nothing (docs/security.md).
 */
export const spoolOf = (data: string): string => join(data, 'release');

const NAME = /^code-[A-Za-z0-9_-]{22}$/;
const MOST_BYTES = 64;
const MOST_AT_ONCE = 8;
/** What is not a code is left for so long, as it may be one that is being written. */
const LEFT_ALONE_MS = 60_000;
const LOOK_EVERY_MS = 60_000;

/** Makes the folder, or sees that it is one that nobody has put in its place. Without it, on a full disk, there are no codes. */
export function prepareSpool(data: string): void {
  const folder = spoolOf(data);
  try {
    mkdirSync(folder, { recursive: true });
    if (lstatSync(folder).isDirectory()) chmodSync(folder, 0o1733);
  } catch (error) {
    if (faultOf(error) === undefined) throw error;
  }
}

export interface Dropped {
  /** By which the answer is known. */
  readonly name: string;
  readonly code: string;
}

/** The text of a small regular file that has no other name; whatever else was put there, through links too, is not read. */
function textOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return undefined;
  }
  try {
    const about = fstatSync(file);
    if (!about.isFile() || about.nlink !== 1 || about.size > MOST_BYTES) return undefined;
    const buffer = Buffer.alloc(MOST_BYTES);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, MOST_BYTES, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // A folder, or gone already.
  }
}

const isOld = (path: string, now: number): boolean => {
  try {
    return now - lstatSync(path).mtimeMs > LEFT_ALONE_MS;
  } catch {
    return false;
  }
};

/** Takes a few codes out of the folder, each once. */
export function takeDropped(data: string, now: number): readonly Dropped[] {
  const folder = spoolOf(data);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  for (const name of names.filter((one) => !NAME.test(one)).slice(0, 100))
    if (isOld(join(folder, name), now)) remove(join(folder, name));
  return names
    .filter((name) => NAME.test(name))
    .slice(0, MOST_AT_ONCE)
    .flatMap((name) => {
      const code = textOf(join(folder, name));
      remove(join(folder, name));
      return code === undefined ? [] : [{ name, code }];
    });
}

/** Hands a code in, whole or not at all; gives the name by which its answer is known. Throws as `node:fs` does. */
export function drop(data: string, code: string): string {
  const name = `code-${randomBytes(16).toString('base64url')}`;
  const [path, part] = [join(spoolOf(data), name), join(spoolOf(data), `new-${name}`)];
  try {
    writeFileSync(part, code, { mode: 0o644, flag: 'wx' });
    // Whatever the person's own mask: the agent is root without the right to read what is closed to it. Nobody else can
    // know the name.
    chmodSync(part, 0o644);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return name;
}

/** Calls `look` when something was put there, and every minute besides, until `signal` aborts; rejects where `look` does. */
export async function watchSpool(data: string, look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const looking = () => void look().catch(reject);
  const watching = keepTrying(async () => {
    for await (const _event of watch(spoolOf(data), { signal, persistent: false })) looking();
  }, signal);
  while (!signal.aborted) {
    looking();
    await Promise.race([pause(LOOK_EVERY_MS, signal), promise]);
  }
  await watching;
}
