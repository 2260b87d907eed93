import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { faultOf, UsageError } from '../errors.ts';

export type Sql = Database.Database;

/** Findings with what was last seen, in one file, so that a change of verdict and its finding are one transaction. */
const SCHEMA = `
create table if not exists meta (name text primary key, value text not null) without rowid;
create table if not exists outbox (sequence integer primary key, link text not null, body blob not null, acked_at integer);
create table if not exists states (rule text not null, subject text not null, clause text not null,
  check_name text not null, verdict text not null, reason text, severity text not null, policy_version text not null,
  since integer not null, observed text not null, primary key (rule, subject)) without rowid;
create table if not exists conditions (name text primary key, since integer not null) without rowid;
create table if not exists events_seen (key text primary key, at integer not null) without rowid;
create table if not exists bookmarks (id text primary key, position text not null, read_at integer not null) without rowid;
create table if not exists facts (check_name text primary key, at integer not null, facts text not null,
  hash text not null, sent_hash text) without rowid;
create table if not exists orders (id text primary key, kind text not null, effect text not null, observed text not null,
  at integer not null) without rowid;
create table if not exists effects (sequence integer primary key autoincrement, id text, body text not null);
create table if not exists documents (type text primary key, jws text not null, serial integer not null) without rowid;
`;

const FILE = 'outbox.db';
const SET_ASIDE_KEPT = 3;

export interface OpenStore {
  readonly sql: Sql;
  /** What became of the file: `new` where there was none, `set-aside` where it was damaged. */
  readonly found: 'kept' | 'new' | 'set-aside';
}

/** The tables, on whatever database is handed in (invariant 13). */
export const createTables = (sql: Sql): void => void sql.exec(SCHEMA);

function open(path: string): Sql {
  const sql = new Database(path);
  try {
    sql.pragma('journal_mode = WAL');
    sql.pragma('synchronous = FULL');
    sql.pragma('cache_size = -512');
    sql.pragma('journal_size_limit = 1048576');
    createTables(sql);
    const [check] = sql.pragma('quick_check(1)', { simple: false }) as { quick_check: string }[];
    if (check?.quick_check !== 'ok') throw Object.assign(new Error('damaged'), { code: 'SQLITE_CORRUPT' });
    return sql;
  } catch (error) {
    sql.close();
    throw error;
  }
}

/** Keeps a damaged file for whoever wants to look, the newest few of them. */
function setAside(folder: string, now: number): void {
  const stamp = new Date(now).toISOString().replaceAll(':', '');
  for (const suffix of ['', '-wal', '-shm']) {
    const path = join(folder, `${FILE}${suffix}`);
    if (existsSync(path)) renameSync(path, join(folder, `${FILE}.damaged-${stamp}${suffix}`));
  }
  const kept = readdirSync(folder).filter((name) => /\.damaged-[^-]+-\d+-[^-]+$/.test(name));
  for (const name of kept.toSorted().slice(0, -SET_ASIDE_KEPT)) rmSync(join(folder, name), { force: true });
}

/**
 * Opens the store in `folder`, which is made where it is missing. A damaged one is set aside and a new one made, which
 * the caller must report. Throws what `faultOf` knows where the folder cannot be used.
 */
export function openStore(folder: string, now: number): OpenStore {
  // The holder may read what has been collected; the key beside it is its own user's only.
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const path = join(folder, FILE);
  const existed = existsSync(path);
  try {
    return { sql: open(path), found: existed ? 'kept' : 'new' };
  } catch (error) {
    if (faultOf(error) !== 'corrupt') throw error;
    setAside(folder, now);
    return { sql: open(path), found: 'set-aside' };
  }
}

/** The store as it is, for a start that must be quick: undefined where there is none. Nothing about it is mended. */
export function openExistingStore(folder: string): Sql | undefined {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  const sql = new Database(path);
  sql.pragma('synchronous = FULL');
  createTables(sql);
  return sql;
}

/** Where the file says that a write-ahead log goes with it (the file format, 1.3.3); 1 says that there is none. */
const JOURNAL_BYTES = [18, 19] as const;

/**
 * For the commands that only look: changes nothing, and needs the service neither stopped nor running. While the
 * service is stopped its folder may be closed to this user's writing, which SQLite wants for a write-ahead log: a copy
 * in memory does. Undefined where there is no store; throws a `UsageError` where it may not be read.
 */
export function openForReading(folder: string): Sql | undefined {
  const path = join(folder, FILE);
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UsageError(`${path} may not be read by you: run this as root, or ask ICT.`, { cause: error });
  }
  try {
    const sql = new Database(path, { readonly: true, fileMustExist: true });
    sql.prepare('select count(*) from meta').get();
    return sql;
  } catch (error) {
    if (faultOf(error) !== 'read-only') throw error;
    const file = readFileSync(path);
    for (const byte of JOURNAL_BYTES) file.writeUInt8(1, byte);
    return new Database(file);
  }
}
