import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { ensureOrganisation, ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { inHaste, settle } from './pages/council.ts';
import { insertDevices } from './pages/devices.ts';
import { insertFindings } from './pages/findings.ts';
import { insertPeople } from './pages/people.ts';
import { NOW } from './pages/sizes.ts';

/** A council that has nothing but devices and their findings (`BEADLE_BENCH_FINDINGS`), in the database that is named. */
const [location = ''] = process.argv.slice(2);
const database = openDatabase(location);
const { db } = database;
await inHaste(db);
await migrate(db);
await ensureOrganisation(db, { name: ORGANISATION, at: NOW });
await inTransaction(db, async (tx) => {
  await insertPeople(tx);
  await insertFindings(tx, await insertDevices(tx));
});
await settle(db);
await database.close();
