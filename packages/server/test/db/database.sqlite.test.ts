import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/db/open.ts';

it('tells of a full disk within a transaction as such, and goes on when there is space', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-database-'));
  const { db, close } = openDatabase(folder);
  try {
    await sql`create table plain (value blob)`.execute(db);
    const fill = () => db.transaction().execute((tx) => sql`insert into plain values (zeroblob(1000000))`.execute(tx));
    // SQLite refuses as it would on a full disk, at the first page too many.
    await sql`pragma max_page_count = 3`.execute(db);
    await expect(fill()).rejects.toMatchObject({ code: 'SQLITE_FULL' });
    await sql`pragma max_page_count = 100000`.execute(db);
    await fill();
    const { rows } = await sql<{ count: number }>`select count(*) as count from plain`.execute(db);
    expect(rows).toEqual([{ count: 1 }]);
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});
