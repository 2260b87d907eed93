import type { KyselyPlugin } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import type { OpenDatabase } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { registeredIn } from '../../src/orders/registered.ts';
import { noteChanged } from '../../src/registers/versions.ts';

let database: TestDatabase;
let one: OpenDatabase;
let other: OpenDatabase;
/** What happens elsewhere between the first statement of this server and its second. */
let between: () => Promise<void>;

const nothing = () => Promise.resolve();
const interrupted: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    const work = between;
    between = nothing;
    await work();
    return result;
  },
};

beforeEach(async () => {
  database = await testDatabase('');
  between = nothing;
  one = openDatabase(database.location, { plugins: [interrupted] });
  other = openDatabase(database.location);
});
afterEach(async () => {
  await one.close();
  await other.close();
  await database.drop();
});

/** The other server is given a register of sticks. */
const give = (serials: readonly string[]) =>
  other.db.transaction().execute(async (tx) => {
    await tx.deleteFrom('sticks').execute();
    const about = { encrypts_in_hardware: 1, holder: null, note: null, retired: 0, created_at: 1, changed_at: 1 };
    for (const serial of serials)
      await tx
        .insertInto('sticks')
        .values({ organisation: 'main', serial, serial_key: serial.toLowerCase(), ...about })
        .execute();
    await noteChanged(tx, 'sticks', { organisation: 'main', at: 1 });
  });
const held = async () => (await registeredIn(one.db, 'main')).sticks?.map(({ serial }) => serial);

it('is never what another server has changed it to, under the name of what it was', async () => {
  await give(['A']);
  between = () => give(['A', 'B']);
  await held();
  expect(await held()).toEqual(['A', 'B']);
  await give(['A']);
  expect(await held()).toEqual(['A']);
});
