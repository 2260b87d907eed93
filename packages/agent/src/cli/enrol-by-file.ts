import { rmSync, statSync, writeFileSync } from 'node:fs';
import type { Clock } from '@beadle/shared';
import { loadIdentity } from '../identity/identity.ts';
import { UsageError } from '../errors.ts';
import { explain } from './explain.ts';
import { type EnrolmentFile, readEnrolment } from './enrolment-file.ts';

/** After what failed: a server that is not reached, and a device that ICT has yet to register, are tried again. */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

interface Deps {
  /** The file; beside it `PATH.refused` says in words what came of it, for whoever put it there. */
  readonly path: string;
  /** The agent's data. */
  readonly data: string;
  readonly clock: Clock;
  readonly log: { info(data: object, message: string): void; error(data: object, message: string): void };
  /** Enrols this device; says in words as what. */
  readonly enrol: (file: EnrolmentFile) => Promise<string>;
}

/** By which a file that was put there anew is known; undefined where there is none. */
function printOf(path: string): string | undefined {
  const about = statSync(path, { throwIfNoEntry: false });
  return about === undefined ? undefined : `${about.ino} ${about.mtimeMs} ${about.size}`;
}

/** One whose files are damaged is not: enrolling it again is what mends it. */
function isEnrolled(data: string): boolean {
  try {
    return loadIdentity(data) !== undefined;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** What cannot be taken away or written down is no reason not to run. */
function orTell(log: Deps['log'], write: () => void): void {
  try {
    write();
  } catch (error) {
    log.error({ error: String(error) }, 'the folder of the enrolment file cannot be changed');
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : undefined);

/**
 * Enrols a device that is not enrolled by the file that was put down for it, and takes that away once it is used. Call it
 * every now and then; it never rejects. True where the file is there and is tried again later.
 */
export function createEnrolmentByFile({ path, data, clock, log, enrol }: Deps): () => Promise<boolean> {
  let last: { readonly print: string; readonly waitMs: number; readonly at: number } | undefined;
  const refusedPath = `${path}.refused`;

  function done(words: string): boolean {
    orTell(log, () => [path, refusedPath].forEach((one) => rmSync(one, { force: true })));
    log.info({ file: path }, words);
    return false;
  }

  function refused(error: unknown, print: string): boolean {
    const why = explain(error) ?? String(error);
    const waitMs = last?.print === print ? Math.min(last.waitMs * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    last = { print, waitMs, at: clock.monotonic() };
    log.error({ file: path, code: codeOf(error), why, againInSeconds: waitMs / 1000 }, 'this device was not enrolled');
    const words = `${new Date(clock.now()).toISOString()} ${why}\n`;
    orTell(log, () => writeFileSync(refusedPath, words, { mode: 0o600 }));
    return true;
  }

  return async () => {
    const print = printOf(path);
    if (print === undefined) return false;
    try {
      if (isEnrolled(data)) return done('this device is enrolled: the file is not used, and was taken away');
      if (last?.print === print && clock.monotonic() - last.at < last.waitMs) return true;
      return done(await enrol(readEnrolment(path)));
    } catch (error) {
      return refused(error, print);
    }
  };
}
