import { afterAll, beforeAll, expect, it } from 'vitest';
import { noticesNaming } from '../../src/notify/naming.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';
import { seedNotice } from '../support/seed.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const named = { one: ['b-1'], other: ['b-12'], several: ['b-12', 'b-1'], others: ['b-2', 'b-3'], none: [] };
  for (const [id, breaches] of Object.entries(named))
    await seedNotice(server.db, '', { id, breaches: JSON.stringify(breaches) });
});
afterAll(() => server.close());

it.each([
  ['b-1', ['one', 'several']],
  ['b-12', ['other', 'several']],
  ['b-3', ['others']],
  ['b-4', []],
])('the messages that name %s are those and no others', async (breach, ids) => {
  expect((await noticesNaming(server.db, ORGANISATION, breach)).toSorted()).toEqual(ids);
});
