import { openDatabase } from '../../packages/server/src/db/open.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { intoEmpty } from './pages/council.ts';
import { insertDevices } from './pages/devices.ts';
import { insertFindings } from './pages/findings.ts';
import { insertPeople } from './pages/people.ts';

/** A council that has nothing but devices and their findings (`BEADLE_BENCH_FINDINGS`), in the database that is named. */
const [location = ''] = process.argv.slice(2);
const database = openDatabase(location);
const { db } = database;
await intoEmpty(db, () =>
  inTransaction(db, async (tx) => {
    await insertPeople(tx);
    await insertFindings(tx, await insertDevices(tx));
  }),
);
await database.close();
