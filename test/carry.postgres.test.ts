import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { carryOver } from '../packages/server/src/carry/carry.ts';
import { lockFolder } from '../packages/server/src/cli/lock.ts';
import { runServerCommand } from '../packages/server/test/support/command.ts';
import { migrate } from '../packages/server/src/db/migrate.ts';
import { openDatabase } from '../packages/server/src/db/open.ts';
import { openSqliteToRead } from '../packages/server/src/db/sqlite.ts';
import { arrived, breachesOf } from './support/arrived.ts';
import { createWorld, seededRandom, type World } from './support/clock.ts';
import { emptyPostgres, type TestDatabase } from './support/database.ts';
import { createLived, type Lived, NUMBERS } from './support/lived.ts';
import { spawnNode } from './support/processes.ts';

const world: World = createWorld();
/** Nothing of it is changed by a test: each has a copy. */
let lived: Lived;
beforeAll(async () => {
  lived = await createLived(world);
});
afterAll(() => lived.close());

let target: TestDatabase;
let folder: string;
beforeEach(async () => {
  target = await emptyPostgres();
  folder = join(mkdtempSync(join(lived.base, 'test-')), 'database');
  cpSync(lived.folder, folder, { recursive: true });
});
afterEach(() => target.drop());

const run = (...args: string[]) =>
  runServerCommand(args, {
    workingFolder: lived.base,
    environment: { BEADLE_SERVER_DATABASE: target.location, BEADLE_SERVER_KEYS_FOLDER: lived.keysFolder },
    clock: world.clock(),
    random: seededRandom('carry'),
  });
const carry = () => run('migrate', '--from', folder);

/** Of the database's file and of what is in its write-ahead log. */
function hashOf(): string {
  const hash = createHash('sha256').update(readFileSync(join(folder, 'beadle.db')));
  const log = join(folder, 'beadle.db-wal');
  return hash.update(existsSync(log) ? readFileSync(log) : '').digest('hex');
}

function inSource<T>(work: (db: SQLite.Database) => T): T {
  const db = new SQLite(join(folder, 'beadle.db'));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

async function inTarget<T>(work: (db: ReturnType<typeof openDatabase>['db']) => Promise<T>): Promise<T> {
  const database = openDatabase(target.location);
  try {
    return await work(database.db);
  } finally {
    await database.close();
  }
}

const namesInSource = (): string[] =>
  inSource((db) =>
    db
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'kysely%' order by name")
      .pluck()
      .all(),
  ) as string[];

/** Every row of every table, in an order that both engines have. */
const sorted = (rows: readonly unknown[]): string[] =>
  rows
    .map((row) =>
      JSON.stringify(row, (_key, value: unknown) =>
        typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
          ? Buffer.from((value as unknown as { data: number[] }).data).toString('hex')
          : value,
      ),
    )
    .toSorted();

const rowsIn = (table: string) =>
  inTarget(async (db) => (await sql`select * from ${sql.table(table)}`.execute(db)).rows);
const targetIsEmpty = async (): Promise<boolean> => (await rowsIn('devices')).length === 0;

describe('what is carried over', () => {
  it('is every row of every table, and the folder is as it was', async () => {
    const before = hashOf();
    const { exitCode, out } = await carry();
    expect(exitCode).toBe(0);
    expect(hashOf()).toBe(before);
    const names = namesInSource();
    expect(names).toEqual(expect.arrayContaining(['findings', 'people', 'authorisations', 'connected_graces']));
    for (const name of names) {
      const there = inSource((db) => db.prepare(`select * from ${name}`).all());
      expect([name, sorted(await rowsIn(name))]).toEqual([name, sorted(there)]);
      expect(out).toMatch(new RegExp(`^${name} +${there.length} +${there.length}$`, 'm'));
    }
    expect(out).toContain(`in ${names.length} tables over from `);
    expect(out).toMatch(/^Carried \d+ rows in \d+ tables over from .*: both ends are equal, row by row\.$/m);
    expect(out).toMatch(/^The records of 3 enrolments were followed .* main: \d+ acts, head [0-9a-f]{64}\.$/m);
    expect(out).not.toContain('for-tests');
    expect(out).not.toContain('serving.lock');
  });

  it('goes on where it was: devices check in, and the next breach has the next reference', async () => {
    expect((await carry()).exitCode).toBe(0);
    const refs = (await rowsIn('breaches')).map((row) => (row as { ref: string }).ref).toSorted();
    const council = await lived.serve(target);
    try {
      const [first, second] = lived.laptops;
      first.copy('before');
      second.copy('before');
      await first.keep(5000);
      await first.checkIn();
      second.show('off');
      await second.cycle();
      await second.checkIn();
      expect(await arrived(council, 'DBC-1')).toMatchObject({
        numbers: [...NUMBERS, 5000],
        chainIntact: true,
        gaps: [],
      });
      expect(await arrived(council, 'DBC-2')).toMatchObject({ numbers: [4], chainIntact: true });
      const opened = (await breachesOf(council, 'DBC-2')).find(({ rule }) => rule === 'laptop-encryption');
      expect(opened?.ref).toBe(`BR-2026-${String(refs.length + 1).padStart(6, '0')}`);
      first.restore('before');
      second.restore('before');
    } finally {
      await council.close();
    }
  });

  it('is as much where a migration of the target came first', async () => {
    expect((await run('migrate')).exitCode).toBe(0);
    expect((await carry()).exitCode).toBe(0);
    expect(await rowsIn('organisations')).toHaveLength(1);
  });

  it('is also what a server that was killed had only in its write-ahead log', async () => {
    const killed = join(folder, '../killed');
    inSource((db) => {
      db.pragma('wal_autocheckpoint = 0');
      db.prepare("update devices set holder = 'only in the log' where asset_tag = 'DBC-1'").run();
      cpSync(folder, killed, { recursive: true, filter: (path) => !path.endsWith('-shm') });
    });
    folder = killed;
    const before = hashOf();
    expect((await carry()).exitCode).toBe(0);
    expect(hashOf()).toBe(before);
    expect(await rowsIn('devices')).toContainEqual(expect.objectContaining({ holder: 'only in the log' }));
  });

  it('has U+FFFD where an older version kept what PostgreSQL cannot', async () => {
    inSource((db) => db.prepare("update devices set holder = 'A' || char(0) || 'B' where asset_tag = 'DBC-1'").run());
    expect((await carry()).out).toContain('1 texts held what PostgreSQL cannot keep');
    const rows = (await rowsIn('devices')) as { asset_tag: string; holder: string | null }[];
    expect(rows.find((row) => row.asset_tag === 'DBC-1')?.holder).toBe('A\uFFFDB');
  });
});

describe('refuses', () => {
  const refusal = async (): Promise<string> => {
    const { exitCode, out, err } = await carry();
    return exitCode === 1 && out === '' ? err : `not refused: ${out}`;
  };

  it('a folder that a server uses', async () => {
    const lock = lockFolder(folder, 'taken');
    expect(await refusal()).toMatch('A server is using');
    lock.release();
    expect((await carry()).exitCode).toBe(0);
  });

  it('a folder without a database, and makes none', async () => {
    expect(await run('migrate', '--from', 'nowhere')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('There is no database in'),
    });
    expect(existsSync(join(lived.base, 'nowhere'))).toBe(false);
  });

  it('a target that is not empty, and says so where all is done already', async () => {
    expect((await carry()).exitCode).toBe(0);
    expect(await refusal()).toMatch(/is not empty \(\w+: \d+\): carry over into an empty database/);
  });

  it("a target with another program's tables", async () => {
    await inTarget((db) => sql`create table invoices (id int)`.execute(db));
    expect(await refusal()).toMatch("tables that are not Beadle's (invoices)");
    expect(
      await inTarget((db) => sql`select tablename from pg_tables where tablename = 'devices'`.execute(db)),
    ).toMatchObject({
      rows: [],
    });
  });

  it('a source of another version', async () => {
    inSource((db) => db.prepare("insert into kysely_migration values ('9999-later', '2030-01-01')").run());
    expect(await refusal()).toMatch('of a newer version of Beadle (9999-later)');
    inSource((db) => db.prepare("delete from kysely_migration where name <> '0001-start'").run());
    expect(await refusal()).toMatch(
      /of an older version of Beadle .*: run `beadle-server migrate` with BEADLE_SERVER_DATABASE=/,
    );
  });

  it.each([
    [
      'a finding whose bytes were changed',
      "update findings set body = x'7b7d' where sequence = 700",
      'the record of DBC-1 (generation 1) at finding 700',
    ],
    [
      'a finding that was taken out',
      'delete from findings where sequence = 800',
      'the record of DBC-1 (generation 1) at finding 801',
    ],
    [
      'the last finding taken out',
      "delete from findings where (device, sequence) in (select device, max(sequence) from findings where rule = 'numbered' and subject = 'number-4' group by device)",
      'generation 2',
    ],
    [
      'an act that was changed',
      "update audit set actor = 'nobody' where sequence = 2",
      'the audit log of main at act 2',
    ],
    ['a breach without its events', 'delete from breach_events', 'breaches without a beginning'],
    [
      'a counter that was put back',
      "update counters set value = 0 where name = 'breaches-2026'",
      'references that would be given again',
    ],
  ])('a source with %s', async (_what, statement, words) => {
    inSource((db) => db.exec(statement));
    expect(await refusal()).toMatch(words);
    expect(await targetIsEmpty()).toBe(true);
  });

  it('what arrives otherwise than it was sent', async () => {
    expect((await run('migrate')).exitCode).toBe(0);
    await inTarget(async (db) => {
      await sql`create function meddle() returns trigger language plpgsql as
        $$ begin new.severity := 'low'; return new; end $$`.execute(db);
      await sql`create trigger meddle before insert on findings for each row
        when (new.sequence = 900) execute function meddle()`.execute(db);
      await sql`update organisations set name = 'x'`.execute(db);
    });
    inSource((db) => db.prepare("update findings set severity = 'high' where sequence = 900").run());
    expect(await refusal()).toMatch('What arrived differs: findings');
    expect(await targetIsEmpty()).toBe(true);
  });

  it('a source that somebody writes to meanwhile', async () => {
    const source = openSqliteToRead(folder);
    const into = openDatabase(target.location);
    const write = (line: string) => {
      if (line.startsWith('devices:')) inSource((db) => db.prepare('update devices set holder = asset_tag').run());
    };
    const ends = [
      { db: source, name: folder },
      { db: into.db, name: 'target' },
    ] as const;
    await expect(carryOver(...ends, write)).rejects.toThrow('was changed while it was read');
    await source.destroy();
    await into.close();
    expect(await targetIsEmpty()).toBe(true);
  });

  it('a target that somebody else is writing to', async () => {
    await inTarget(async (db) => {
      await migrate(db);
      await db.transaction().execute(async (tx) => {
        await sql`lock table jobs in row exclusive mode`.execute(tx);
        expect(await refusal()).toMatch('Somebody else is writing to');
      });
    });
  });
});

const MOST_RACES = 5;

/** Kills it when it says so, and gives what it had said: where it has ended before the signal came, it is begun anew. */
async function killedAt(line: string) {
  for (let races = 1; ; races += 1) {
    const env = { BEADLE_SERVER_DATABASE: target.location, BEADLE_SERVER_KEYS_FOLDER: lived.keysFolder };
    const { child, ended, output } = spawnNode(['packages/server/src/main.ts', 'migrate', '--from', folder], env);
    child.stderr?.on('data', () => {
      if (output().stderr.includes(line)) child.kill('SIGKILL');
    });
    const isKilled = (await ended) === -1;
    if (isKilled || races === MOST_RACES) return output();
    await target.drop();
    target = await emptyPostgres();
  }
}

describe('killed', () => {
  it.each(['breaches:', 'findings:', 'states:', 'checking findings', 'following'])(
    'when it has come to "%s", it leaves nothing and can be run again',
    async (line) => {
      expect(await killedAt(line)).toMatchObject({ stdout: '', stderr: expect.stringContaining(line) });
      expect(await targetIsEmpty()).toBe(true);
      expect((await carry()).exitCode).toBe(0);
      expect(await rowsIn('findings')).toHaveLength(
        inSource((db) => db.prepare('select count(*) from findings').pluck().get()) as number,
      );
    },
  );
});
