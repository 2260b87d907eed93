import { expect, it } from 'vitest';
import { testDatabase } from '../../../../test/support/database.ts';
import { clockAhead } from '../../src/db/clock.ts';
import { openDatabase } from '../../src/db/open.ts';

it('tells how far a clock is from the database’s', async () => {
  const database = await testDatabase('');
  const { db, close } = openDatabase(database.location);
  try {
    const ahead = await clockAhead(db, { now: () => Date.now() + 3_600_000, monotonic: () => 0 });
    expect(Math.round(ahead / 60_000)).toBe(60);
  } finally {
    await close();
    await database.drop();
  }
});
