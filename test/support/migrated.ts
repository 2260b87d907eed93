import { migrate } from '../../packages/server/src/db/migrate.ts';
import { openDatabase } from '../../packages/server/src/db/open.ts';

/** Makes the tables of a database, for others to be copies of. */
export async function migrateAt(location: string): Promise<void> {
  const database = openDatabase(location);
  await migrate(database.db);
  await database.close();
}
