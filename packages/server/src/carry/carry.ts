import type { Db, Tx } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { StartError } from '../errors.ts';
import { verifyChains } from './chains.ts';
import { type Copied, copyTable, sumOf } from './copy.ts';
import { findStrays, verifyAudits } from './relations.ts';
import { changesIn, requireSameVersion } from './source.ts';
import { countOf, type Table, tablesOf } from './tables.ts';
import { refuseForeign, requireEmpty, takeAlone } from './target.ts';

export interface End {
  readonly db: Db;
  /** For people. */
  readonly name: string;
}

export interface CarriedTable {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Carried {
  readonly tables: readonly CarriedTable[];
  readonly mended: number;
  /** Records of devices, each followed to its head. */
  readonly chains: number;
  readonly audits: readonly string[];
}

type Progress = (line: string) => void;

/** A line of progress for each so many rows of a table. */
const TELL_EVERY = 50_000;

const counted = (rows: number): string => rows.toLocaleString('en-GB');

type CopiedTable = Copied & { readonly table: Table; readonly from: number };

async function copy(from: Db, to: Tx, table: Table, progress: Progress): Promise<CopiedTable> {
  const all = await countOf(from, table);
  let told = 0;
  const copied = await copyTable(from, to, table, (rows) => {
    if (rows < all && rows - told < TELL_EVERY) return;
    told = rows;
    progress(`${table.name}: ${counted(rows)} of ${counted(all)} rows`);
  });
  return { ...copied, table, from: all };
}

/** As it was at one moment. Throws where anything has been written since: it would be missing. */
async function copyAll(source: End, to: Tx, progress: Progress): Promise<CopiedTable[]> {
  const before = await changesIn(source.db);
  const copied = await source.db.transaction().execute(async (from) => {
    const found: CopiedTable[] = [];
    for (const table of await tablesOf(from)) found.push(await copy(from, to, table, progress));
    return found;
  });
  if ((await changesIn(source.db)) === before) return copied;
  throw new StartError(
    `The database in ${source.name} was changed while it was read: let no command write to it, then run this again.`,
  );
}

const refuse = (reasons: readonly string[], where: string): void => {
  if (reasons.length === 0) return;
  throw new StartError(`${where}: ${reasons.join('; ')}. Nothing was carried over.`);
};

/** Everything again, from what PostgreSQL has: nothing is believed that was only written. */
async function verify(source: End, to: Tx, copied: readonly CopiedTable[], progress: Progress): Promise<Carried> {
  const tables: CarriedTable[] = [];
  for (const { table, from, sum } of copied) {
    progress(`checking ${table.name}`);
    const there = await sumOf(to, table);
    const same = there.rows === from && there.digest === sum.digest;
    refuse(same ? [] : [`${table.name} has ${there.rows} rows of ${from}, or others`], 'What arrived differs');
    tables.push({ name: table.name, from, to: await countOf(to, table) });
  }
  progress('following the records of the devices and the audit log');
  const [{ chains, broken }, audit, strays] = [await verifyChains(to), await verifyAudits(to), await findStrays(to)];
  // What arrived is what was there: whatever is wrong with it was wrong before.
  refuse([...broken, ...audit.broken, ...strays], `The database in ${source.name} is not whole`);
  const mended = copied.reduce((sum, table) => sum + table.mended, 0);
  return { tables, mended, chains, audits: audit.intact };
}

/**
 * Carries everything in `source`, a SQLite database that is only read, over into `target`, a PostgreSQL one that is empty.
 * In one transaction: until it has been verified nothing is there, however the command ends. Throws a `StartError` that says
 * what to do.
 */
export async function carryOver(source: End, target: End, progress: Progress): Promise<Carried> {
  await requireSameVersion(source.db, source.name);
  await refuseForeign(target.db, target.name);
  await migrate(target.db);
  const tables = await tablesOf(source.db);
  return target.db.transaction().execute(async (to) => {
    await takeAlone(to, tables, target.name);
    await requireEmpty(to, tables, target.name);
    const copied = await copyAll(source, to, progress);
    return verify(source, to, copied, progress);
  });
}
