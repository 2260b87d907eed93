import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../errors.ts';

/** What ICT's tool puts down for a laptop that is to enrol by itself when its service starts. */
export interface EnrolmentFile {
  readonly server: string;
  readonly token: string;
  readonly allowPlainHttp: boolean;
}

const MOST_BYTES = 4_096;
const KEYS = ['server', 'token', 'allow-plain-http'] as const;
type Key = (typeof KEYS)[number];

const isKey = (name: string): name is Key => (KEYS as readonly string[]).includes(name);

function valuesOf(text: string): Partial<Record<Key, string>> {
  const values: Partial<Record<Key, string>> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name = '', value = ''] = /^\s*([a-z-]+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    // The line itself is told to nobody: the token may be in it.
    if (!isKey(name)) throw new UsageError(`line ${index + 1} is not NAME=VALUE with one of ${KEYS.join(', ')}`);
    if (values[name] !== undefined) throw new UsageError(`line ${index + 1} says ${name} a second time`);
    values[name] = value;
  }
  return values;
}

/**
 * Lines of `server=`, an origin such as https://beadle.council.gov.uk, and `token=`; for test benches
 * `allow-plain-http=yes`; comments begin with #. Anything else is refused.
 */
export function parseEnrolment(text: string): EnrolmentFile {
  const { server, token, 'allow-plain-http': plain } = valuesOf(text);
  if (server === undefined) throw new UsageError('server=URL is missing: the address of the council server');
  if (token === undefined) throw new UsageError('token=TOKEN is missing: ask ICT for one');
  if (plain !== undefined && plain !== 'yes')
    throw new UsageError('allow-plain-http=yes is the only form of that line');
  return { server, token, allowPlainHttp: plain === 'yes' };
}

const isClosed = ({ mode }: Stats): boolean => (mode & 0o077) === 0;

/** Only its owner may have been able to read it, by its own mode or by its folder's. */
function refuseReadableByOthers(path: string, about: Stats): void {
  if (process.platform === 'win32' || isClosed(about) || isClosed(statSync(dirname(path)))) return;
  throw new UsageError(
    `it can be read by others (mode ${(about.mode & 0o777).toString(8)}): have a new token made and put it down with mode 600`,
  );
}

function textOf(path: string): string {
  // Without following a link, and without waiting for a writer.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = openSync(path, flags);
  try {
    const about = fstatSync(file);
    if (!about.isFile()) throw new UsageError('it is not a regular file');
    if (about.size > MOST_BYTES) throw new UsageError(`it has more than ${MOST_BYTES} bytes`);
    if (process.getuid !== undefined && about.uid !== process.getuid())
      throw new UsageError('it belongs to somebody else than the user of the service');
    refuseReadableByOthers(path, about);
    const buffer = Buffer.alloc(MOST_BYTES);
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, MOST_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** Throws `UsageError` where it is not a file for this, or not of its form; and as `node:fs` does. */
export function readEnrolment(path: string): EnrolmentFile {
  try {
    return parseEnrolment(textOf(path));
  } catch (cause) {
    if (cause instanceof UsageError) throw new UsageError(`${path}: ${cause.message}.`, { cause });
    throw cause;
  }
}
