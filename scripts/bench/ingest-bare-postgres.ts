import pg from 'pg';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { FINDINGS_PER_BATCH } from './ingest-findings.ts';

/**
 * The reference: the very rows that the server has kept, into the same table of another database of the same PostgreSQL,
 * over a connection for each device, by a prepared statement, 50 in a transaction. Prints the seconds of each share.
 */
const [from = '', to = '', ...shares] = process.argv.slice(2);

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

async function rowsByDevice(): Promise<{ columns: string[]; devices: unknown[][][] }> {
  const source = await connect(from);
  const query = 'select * from findings order by device, generation, sequence';
  const { rows, fields } = await source.query<unknown[]>({ text: query, rowMode: 'array' });
  await source.end();
  const columns = fields.map(({ name }) => name);
  const device = columns.indexOf('device');
  return { columns, devices: [...Map.groupBy(rows, (row) => row[device]).values()] };
}

const { columns, devices } = await rowsByDevice();
const database = openDatabase(to);
await migrate(database.db);
await database.close();

const places = Array.from({ length: FINDINGS_PER_BATCH }, (_, row) => {
  const values = columns.map((_column, column) => `$${row * columns.length + column + 1}`);
  return `(${values.join(', ')})`;
});
const insert = `insert into findings (${columns.join(', ')}) values ${places.join(', ')}`;

/** Batches `from` to `to` of one device, one after the other. */
async function insertBatches(client: pg.Client, rows: readonly unknown[][], first: number, end: number): Promise<void> {
  for (let batch = first; batch < end; batch += 1) {
    const values = rows.slice(batch * FINDINGS_PER_BATCH, (batch + 1) * FINDINGS_PER_BATCH).flat();
    await client.query('begin');
    await client.query({ name: 'insert', text: insert, values });
    await client.query('commit');
  }
}

const clients = await Promise.all(devices.map(() => connect(to)));
let at = 0;
for (const share of shares.map(Number)) {
  const started = performance.now();
  const [first, end] = [at, (at += share)];
  await Promise.all(clients.map((client, index) => insertBatches(client, devices[index] ?? [], first, end)));
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - started) / 1000 })}\n`);
}
for (const client of clients) await client.end();
