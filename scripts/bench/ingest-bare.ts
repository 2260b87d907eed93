import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { FINDINGS_PER_BATCH } from './ingest-findings.ts';

/**
 * The reference: the very rows that the server has kept, in their order, into the same table with the same indexes and
 * settings, by a prepared statement, 50 in a transaction. Prints the processor seconds of the inserts for each share.
 */
const [from = '', to = '', ...shares] = process.argv.slice(2);

const source = new SQLite(join(from, 'beadle.db'), { readonly: true });
const rows = source.prepare<[], Record<string, unknown>>('select * from findings order by rowid').all();
source.close();

const database = openDatabase(to);
await migrate(database.db);
await database.close();
const sqlite = new SQLite(join(to, 'beadle.db'));
for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -65536'])
  sqlite.pragma(setting);
const columns = Object.keys(rows[0] ?? {});
const insert = sqlite.prepare(
  `insert into findings (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
);
const insertAll = sqlite.transaction((batch: readonly unknown[][]) => {
  for (const row of batch) insert.run(row);
});
const values = rows.map((row) => columns.map((column) => row[column]));

let at = 0;
for (const share of shares.map(Number)) {
  const before = process.cpuUsage();
  const started = performance.now();
  const end = at + share * FINDINGS_PER_BATCH;
  for (; at < end; at += FINDINGS_PER_BATCH) insertAll.immediate(values.slice(at, at + FINDINGS_PER_BATCH));
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${JSON.stringify({ processor: (user + system) / 1e6, seconds })}\n`);
}
sqlite.close();
