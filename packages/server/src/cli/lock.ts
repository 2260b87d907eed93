import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { codeOf, StartError } from '../errors.ts';

export interface ServingLock {
  release(): void;
}

/**
 * Held by whoever serves a database's folder, or replaces the database in it. The lock is the operating system's, on a
 * file of its own, taken through SQLite: it ends with the process however that dies, and never has to be cleared away.
 */
export function lockFolder(folder: string, refusal: string): ServingLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new SQLite(join(folder, 'serving.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (cause) {
    lock.close();
    if (codeOf(cause) !== 'SQLITE_BUSY') throw cause;
    throw new StartError(refusal, { cause });
  }
  return { release: () => lock.close() };
}
