import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyPostgres, type TestDatabase } from '../../../../test/support/database.ts';
import type { OpenDatabase } from '../../src/db/database.ts';
import { migrate, migrationsKnown } from '../../src/db/migrate.ts';
import { inTurn } from '../../src/db/migrate-in-turn.ts';
import { openDatabase } from '../../src/db/open.ts';

let database: TestDatabase;
let opened: OpenDatabase[];

beforeEach(async () => {
  database = await emptyPostgres();
  opened = [];
});
afterEach(async () => {
  for (const each of opened) await each.close();
  await database.drop();
});

const open = () => {
  const one = openDatabase(database.location);
  opened.push(one);
  return one.db;
};
const only = (up: Migration['up']) => ({ provider: { getMigrations: async () => ({ '0001-only': { up } }) } });

describe('servers that start at once on an empty database', () => {
  it('make its tables once', async () => {
    const servers = [open(), open(), open()];
    const applied = await Promise.all(servers.map((db) => migrate(db)));
    expect(applied.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([
      0,
      0,
      (await migrationsKnown(open())).length,
    ]);
  });
});

describe('a migration', () => {
  it('may take as long as it takes, and its limits end with it', async () => {
    const db = open();
    const read = async (from: Kysely<unknown>) =>
      (await sql<{ limit: string }>`select current_setting('statement_timeout') as limit`.execute(from)).rows[0]?.limit;
    let within: string | undefined;
    await migrate(
      db,
      only(async (tx) => {
        within = await read(tx as Kysely<unknown>);
      }),
    );
    expect([within, await read(db as unknown as Kysely<unknown>)]).toEqual(['0', '1min']);
  });

  it('gives way where a table that it changes is in use, and comes again', async () => {
    const [db, busy] = [open(), open()];
    await sql`create table t (a int)`.execute(db);
    const { promise: free, resolve: leave } = Promise.withResolvers<void>();
    const { promise: isHeld, resolve: holds } = Promise.withResolvers<void>();
    const holding = busy.transaction().execute(async (tx) => {
      await sql`insert into t values (1)`.execute(tx);
      holds();
      await free;
    });
    await isHeld;
    let tries = 0;
    const outcome = await inTurn(
      db,
      async (tx) => {
        tries += 1;
        if (tries === 2) {
          leave();
          await holding;
        }
        const error = await sql`alter table t add column b int`.execute(tx).then(
          () => undefined,
          (why: unknown) => why,
        );
        return error === undefined ? { results: [] } : { error };
      },
      { waitsMs: 20, betweenMs: 1 },
    );
    expect(outcome).toEqual({ results: [] });
    expect(tries).toBe(2);
  });

  it('that fails leaves nothing, and says why', async () => {
    const db = open();
    const failing = only(async (tx) => {
      await sql`create table half (a int)`.execute(tx);
      await sql`select nonsense`.execute(tx);
    });
    await expect(migrate(db, failing)).rejects.toMatchObject({ cause: { code: '42703' } });
    expect((await sql`select 1 from pg_tables where tablename = 'half'`.execute(db)).rows).toEqual([]);
  });
});

interface Column {
  readonly place: string;
  readonly table: string;
  readonly type: string;
  readonly is_optional: boolean;
  readonly has_default: boolean;
}

/** What the statements of a version rely on: columns, and what keeps a row from being written. */
async function shapeOf(db: OpenDatabase['db']) {
  const { rows: columns } = await sql<Column>`
    select table_name || '.' || column_name as place, table_name as "table", data_type as type,
      is_nullable = 'YES' as is_optional, column_default is not null as has_default
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`.execute(db);
  const { rows: rules } = await sql<{ table: string; rule: string }>`
    select conrelid::regclass::text as "table", pg_get_constraintdef(oid) as rule from pg_constraint
      where connamespace = 'public'::regnamespace and contype <> 'n'
    union all
    select indrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
      join pg_class on pg_class.oid = indexrelid
      where indisunique and relnamespace = 'public'::regnamespace`.execute(db);
  return { columns, rules };
}
type Shape = Awaited<ReturnType<typeof shapeOf>>;

/** What the version before would be refused, or would not find, once its tables are those after. */
function troublesOf(before: Shape, after: Shape): string[] {
  const tables = new Set(before.columns.map(({ table }) => table));
  const known = new Map(before.columns.map((column) => [column.place, column]));
  const now = new Map(after.columns.map((column) => [column.place, column]));
  const rules = new Set(before.rules.map(({ rule }) => rule));
  return [
    ...before.columns.flatMap(({ place, type, is_optional }) => {
      const column = now.get(place);
      if (column === undefined) return [`${place} is gone`];
      if (column.type !== type) return [`${place} is of another type`];
      return is_optional && !column.is_optional ? [`${place} may be null no longer`] : [];
    }),
    ...after.columns
      .filter(({ place, table }) => tables.has(table) && !known.has(place))
      .filter(({ is_optional, has_default }) => !is_optional && !has_default)
      .map(({ place }) => `${place} is required, and nothing stands for it`),
    ...after.rules.filter(({ table, rule }) => tables.has(table) && !rules.has(rule)).map(({ rule }) => rule),
  ];
}

/** Of before several servers could be brought up to date one by one. */
const NOT_YET: ReadonlySet<string> = new Set(['0002-reports-by-people', '0005-policy-versions', '0011-deliveries']);

describe('each migration', () => {
  it('leaves the version before all that it reads and writes', async () => {
    const db = open();
    const names = await migrationsKnown(db);
    const found: Record<string, string[]> = {};
    let before: Shape | undefined;
    for (const name of names) {
      await migrate(db, { upTo: name });
      const after = await shapeOf(db);
      const troubles = before === undefined || NOT_YET.has(name) ? [] : troublesOf(before, after);
      if (troubles.length > 0) found[name] = troubles;
      before = after;
    }
    expect(found).toEqual({});
  });
});
