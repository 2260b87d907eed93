import { referenceCounter } from '../../packages/server/src/db/references.ts';
import { ORGANISATION } from '../../packages/server/src/organisation/store.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';
import { inTransaction } from '../../packages/server/src/db/transaction.ts';
import { intoEmpty } from './pages/council.ts';
import { insertBreaches } from './pages/breaches.ts';
import { insertDevices } from './pages/devices.ts';
import { insertFindings } from './pages/findings.ts';
import { insertAll } from './pages/insert.ts';
import { insertPeople } from './pages/people.ts';
import { NOW, SIZES } from './pages/sizes.ts';

/** A council that has devices, their findings and breaches (`BEADLE_BENCH_FINDINGS`, `_BREACHES`), in the database that is named. */
const [location = ''] = process.argv.slice(2);
const database = openDatabase(location);
const { db } = database;
await intoEmpty(db, () =>
  inTransaction(db, async (tx) => {
    await insertPeople(tx);
    const devices = await insertDevices(tx);
    await insertBreaches(tx, devices);
    await insertFindings(tx, devices);
    const counters = (['breaches', 'clusters'] as const).map((series) => referenceCounter(series, NOW));
    await insertAll(
      tx,
      'counters',
      counters.map((name) => ({ organisation: ORGANISATION, name, value: SIZES.breaches })),
    );
  }),
);
await database.close();
