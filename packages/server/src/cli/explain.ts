import { codeOf, StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';

type Place = Pick<Settings, 'database' | 'databaseName' | 'keysFolder' | 'host' | 'port'>;
type Explain = (place: Place, path: string) => string;

const cannotWrite: Explain = (_place, path) =>
  `${path} cannot be read and written: give it to the user that runs this command, or set another folder.`;
const full: Explain = (_place, path) => `The disk of ${path} is full: free some space, then start again.`;
const damaged: Explain = ({ databaseName }) =>
  `The database in ${databaseName} is damaged: put a backup back with \`beadle-server restore FILE --force\`.`;
const busy: Explain = ({ databaseName }) =>
  `The database in ${databaseName} is held by another process: try again when that has ended.`;
const notFolder: Explain = (_place, path) => `${path} is in the way: a folder is needed there.`;
const address: Explain = ({ host }) =>
  `${host} is not an address of this machine: set BEADLE_SERVER_HOST to one that is.`;

const away: Explain = ({ databaseName }) =>
  `${databaseName} does not answer: is PostgreSQL running there, and may this machine reach it?`;
const refused: Explain = ({ databaseName }) =>
  `${databaseName} does not let this user in: look at the user, at its password (in the address, PGPASSWORD or ~/.pgpass) and at pg_hba.conf.`;
const noDatabase: Explain = ({ databaseName }) =>
  `PostgreSQL has no database of the name in ${databaseName}: make it with createdb, owned by that user.`;
const crowded: Explain = ({ databaseName }) =>
  `${databaseName} takes no more connections: lower BEADLE_SERVER_DATABASE_CONNECTIONS or raise PostgreSQL's max_connections.`;
const mayNot: Explain = ({ databaseName }) =>
  `This user may not make or change tables in ${databaseName}: let it own the database.`;

const BY_CODE: Readonly<Record<string, Explain>> = {
  ENOSPC: full,
  SQLITE_FULL: full,
  EACCES: cannotWrite,
  EPERM: cannotWrite,
  EROFS: cannotWrite,
  // Node's word for a folder that cannot be made on a read-only disk.
  ENOENT: cannotWrite,
  SQLITE_READONLY: cannotWrite,
  SQLITE_READONLY_DIRECTORY: cannotWrite,
  SQLITE_READONLY_DBMOVED: cannotWrite,
  SQLITE_CANTOPEN: cannotWrite,
  SQLITE_CORRUPT: damaged,
  SQLITE_NOTADB: damaged,
  SQLITE_BUSY: busy,
  // PostgreSQL's (appendix A of its manual).
  DATABASE_AWAY: away,
  '28000': refused,
  '28P01': refused,
  '3D000': noDatabase,
  '53300': crowded,
  '53100': full,
  '42501': mayNot,
  '25006': ({ databaseName }) => `${databaseName} takes no changes: it is a replica, or set to read-only.`,
  '57P03': ({ databaseName }) => `${databaseName} is starting or stopping: try again in a moment.`,
  EEXIST: notFolder,
  ENOTDIR: notFolder,
  EADDRINUSE: ({ host, port }) =>
    `${host}:${port} is used by another program: stop that, or set BEADLE_SERVER_PORT to a free port.`,
  EADDRNOTAVAIL: address,
  ENOTFOUND: address,
};

const pathOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'path' in error && typeof error.path === 'string'
    ? error.path
    : undefined;

/** An error of the machine in one line that says what to do; undefined where it is none that is known, so a bug. */
export function explain(error: unknown, place: Place): StartError | undefined {
  if (error instanceof StartError) return error;
  const code = codeOf(error) ?? '';
  const words = BY_CODE[code];
  if (
    code === 'EACCES' &&
    typeof error === 'object' &&
    error !== null &&
    'syscall' in error &&
    error.syscall === 'listen'
  ) {
    return new StartError(`Port ${place.port} is kept for the system: set BEADLE_SERVER_PORT to one above 1023.`, {
      cause: error,
    });
  }
  if (words !== undefined) return new StartError(words(place, pathOf(error) ?? place.databaseName), { cause: error });
  return error instanceof Error && error.cause !== undefined ? explain(error.cause, place) : undefined;
}
