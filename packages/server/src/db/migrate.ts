import { type MigrationProvider, Migrator } from 'kysely/migration';
import type { Db } from './database.ts';
import { runsSideBySide } from './engine.ts';
import { start } from './migrations/0001-start.ts';
import { reportsByPeople } from './migrations/0002-reports-by-people.ts';

const migrationsOf = (db: Db): MigrationProvider => ({
  getMigrations: async () => ({
    '0001-start': start(runsSideBySide(db) ? 'bytea' : 'blob'),
    '0002-reports-by-people': reportsByPeople,
  }),
});

/** Brings the tables up to date; gives the names of what was applied. Of several servers that start at once one does it. */
export async function migrate(db: Db): Promise<readonly string[]> {
  const { error, results = [] } = await new Migrator({ db, provider: migrationsOf(db) }).migrateToLatest();
  if (error !== undefined) throw new Error('the database could not be brought up to date', { cause: error });
  return results.filter((result) => result.status === 'Success').map((result) => result.migrationName);
}
