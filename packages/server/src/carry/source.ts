import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { migrationsKnown } from '../db/migrate.ts';
import { StartError } from '../errors.ts';

/** The migrations that the database has had; undefined where it is none of Beadle. */
async function applied(source: Db): Promise<readonly string[] | undefined> {
  const { rows: tables } = await sql`select 1 from sqlite_schema where name = 'kysely_migration'`.execute(source);
  if (tables.length === 0) return undefined;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(source);
  return rows.map(({ name }) => name);
}

/** Throws where the source's tables are not those of this version: it is only read, so that it cannot be brought up to date. */
export async function requireSameVersion(source: Db, folder: string): Promise<void> {
  const [had, known] = [await applied(source), await migrationsKnown(source)];
  if (had === undefined) throw new StartError(`The database in ${folder} is none of Beadle: give another folder.`);
  const [newer] = had.filter((name) => !known.includes(name));
  if (newer !== undefined) {
    throw new StartError(
      `The database in ${folder} is of a newer version of Beadle (${newer}): carry it over with that version.`,
    );
  }
  const missing = known.filter((name) => !had.includes(name));
  if (missing.length === 0) return;
  throw new StartError(
    `The database in ${folder} is of an older version of Beadle (it has no ${missing.join(', ')}): ` +
      `run \`beadle-server migrate\` with BEADLE_SERVER_DATABASE=${folder} first.`,
  );
}

/** Rises with each change that another connection makes (https://sqlite.org/pragma.html#pragma_data_version). */
export async function changesIn(source: Db): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(source);
  return rows[0]?.data_version ?? 0;
}
