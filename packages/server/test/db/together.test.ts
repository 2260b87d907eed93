import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql, type SqliteDatabase } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOnPostgres, type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import type { OpenDatabase, Tx } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { type Together, togetherOn } from '../../src/db/together.ts';

let folder = '';
let kept: TestDatabase;
let database: OpenDatabase;
let commits = 0;
let together: Together;

const counting = (sqlite: SqliteDatabase): SqliteDatabase => ({
  prepare: (text) => {
    if (/^commit/i.test(text)) commits += 1;
    return sqlite.prepare(text);
  },
  close: () => sqlite.close(),
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beadle-together-'));
  kept = await testDatabase(folder);
  database = openDatabase(kept.location, { through: counting });
  together = togetherOn(database.db);
  await sql`create table kept (name integer primary key)`.execute(database.db);
  commits = 0;
});
afterEach(async () => {
  await database.close();
  await kept.drop();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (name: number) => (tx: Tx) => sql`insert into kept (name) values (${name})`.execute(tx).then(() => name);
const names = async () =>
  (await sql<{ name: number }>`select name from kept order by name`.execute(database.db)).rows.map(({ name }) => name);

describe('what devices write together', () => {
  it('is kept, or refused, for each by itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 40 }), async (works) => {
        await sql`delete from kept`.execute(database.db);
        const ended = await Promise.allSettled(
          works.map(([name, fails]) =>
            together(async (tx) => {
              await insert(name)(tx);
              if (fails) throw new Error('no');
              return name;
            }),
          ),
        );
        const succeeded = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
        expect(await names()).toEqual(succeeded.toSorted((a, b) => a - b));
        expect(new Set(works.filter(([, fails]) => !fails).map(([name]) => name))).toEqual(new Set(succeeded));
      }),
      { numRuns: 20 },
    );
  });

  it('is on the disk by one commit where only one transaction is written at a time', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, name) => together(insert(name))));
    // Of PostgreSQL nobody counts here.
    expect(commits).toBe(isOnPostgres() ? 0 : 1);
    expect(await names()).toHaveLength(12);
  });

  it('is answered once it is on the disk, and nobody where that fails', async () => {
    const { db } = database;
    await sql`create table tied (name integer references kept (name) deferrable initially deferred)`.execute(db);
    const ended = await Promise.allSettled([
      together(insert(1)),
      together((tx) => sql`insert into tied (name) values (99)`.execute(tx)),
    ]);
    const alone = isOnPostgres() ? 'fulfilled' : 'rejected';
    expect(ended.map(({ status }) => status)).toEqual([alone, 'rejected']);
    expect(await names()).toEqual(isOnPostgres() ? [1] : []);
  });
});
