import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measureAgent } from './agent.ts';
import { measureFailover } from './failover.ts';
import { measureIngest } from './ingest.ts';
import { measureIngestOnPostgres } from './ingest-postgres.ts';
import { measureOrders } from './orders.ts';
import { measurePages } from './pages.ts';
import { measurePreview } from './preview.ts';
import { measureServers } from './servers.ts';
import { measureStorm } from './storm.ts';

/** On the checkout's own disk: a temporary folder is often memory, where nothing is ever written or synced. */
const build = join(import.meta.dirname, '../../.build');
const measurements = {
  agent: measureAgent,
  ingest: measureIngest,
  'ingest-postgres': measureIngestOnPostgres,
  servers: measureServers,
  storm: measureStorm,
  preview: measurePreview,
  pages: measurePages,
  orders: measureOrders,
} as const;
/** Kills a database that it sets up for it, for minutes: only where it is named. */
const onlyNamed = { failover: measureFailover } as const;

const wanted = process.argv.slice(2);
const all = { ...measurements, ...onlyNamed };
const unknown = wanted.find((name) => !Object.hasOwn(all, name));
if (unknown !== undefined || process.platform !== 'linux') {
  const names = Object.keys(all).join(', ');
  console.error(
    unknown === undefined ? 'The bench reads /proc: it runs on Linux.' : `There is no ${unknown}: ${names}.`,
  );
  process.exit(2);
}

mkdirSync(build, { recursive: true });
const folder = mkdtempSync(join(build, 'bench-'));
try {
  for (const [name, measure] of Object.entries(wanted.length === 0 ? measurements : all))
    if (wanted.length === 0 || wanted.includes(name)) await measure(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
