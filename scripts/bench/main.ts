import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measureAgent } from './agent.ts';
import { measureFailover } from './failover.ts';
import { measureFleet } from './fleet.ts';
import { measureGrowth } from './growth.ts';
import { measureIngest } from './ingest.ts';
import { measureLife } from './life.ts';
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
  fleet: measureFleet,
  growth: measureGrowth,
  failover: measureFailover,
  life: measureLife,
} as const;
/** As long as they are told to take, or minutes with a database that is killed: measured where they are named. */
const ONLY_NAMED: ReadonlySet<string> = new Set(['fleet', 'growth', 'failover', 'life']);

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(measurements, name));
if (unknown !== undefined || process.platform !== 'linux') {
  const names = Object.keys(measurements).join(', ');
  console.error(
    unknown === undefined ? 'The bench reads /proc: it runs on Linux.' : `There is no ${unknown}: ${names}.`,
  );
  process.exit(2);
}

mkdirSync(build, { recursive: true });
const folder = mkdtempSync(join(build, 'bench-'));
try {
  for (const [name, measure] of Object.entries(measurements))
    if (wanted.length === 0 ? !ONLY_NAMED.has(name) : wanted.includes(name)) await measure(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
