import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { compiledInsert, compiledOnce } from '../../src/db/compiled.ts';
import type { OpenDatabase } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';

let folder: string;
let database: OpenDatabase;
let kept: TestDatabase;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-compiled-'));
  kept = await testDatabase(folder);
  database = openDatabase(kept.location);
});
afterEach(async () => {
  await database.close();
  await kept.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Counter {
  readonly organisation: string;
  readonly name: string;
  readonly value: number;
}
const insert = compiledInsert<Counter>(['organisation', 'name', 'value'], (db, rows) =>
  db.insertInto('counters').values(rows),
);
const read = compiledOnce((db, arg: { organisation: string; atLeast: number }) =>
  db
    .selectFrom('counters')
    .select('name')
    .where('value', '>=', arg.atLeast)
    .where('organisation', '=', arg.organisation)
    .orderBy('name'),
);

describe('a query that is compiled once', () => {
  it('takes its values each time, whatever their order, with any number of rows', async () => {
    const { db } = database;
    await insert(db, [{ value: 1, name: 'a', organisation: 'x' }]);
    await insert(db, [
      { organisation: 'x', name: 'b', value: 2 },
      { name: 'c', organisation: 'y', value: 3 },
    ]);
    const names = async (organisation: string, atLeast: number) =>
      (await read(db, { atLeast, organisation })).rows.map(({ name }) => name);
    expect(await names('x', 0)).toEqual(['a', 'b']);
    expect(await names('x', 2)).toEqual(['b']);
    expect(await names('y', 2)).toEqual(['c']);
  });

  it('is undone with the transaction that it is run in', async () => {
    const { db } = database;
    const failing = db.transaction().execute(async (tx) => {
      await insert(tx, [{ organisation: 'x', name: 'a', value: 1 }]);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect((await read(db, { organisation: 'x', atLeast: 0 })).rows).toEqual([]);
  });
});

describe('statements that are kept', () => {
  it('see a column that was added since', async () => {
    const { db } = database;
    await insert(db, [{ organisation: 'x', name: 'a', value: 1 }]);
    const all = () => db.selectFrom('counters').selectAll().execute();
    expect(Object.keys((await all())[0] ?? {})).toEqual(['organisation', 'name', 'value']);
    await sql`alter table counters add column more text`.execute(db);
    expect(Object.keys((await all())[0] ?? {})).toEqual(['organisation', 'name', 'value', 'more']);
  });
});
