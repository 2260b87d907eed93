import { join } from 'node:path';
import { onPostgres, onSqlite, type TestDatabase } from '../support/database.ts';
import { HASTE, makeTemplate, startPostgres } from '../support/postgres-server.ts';

const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

export const isEngine = (name: string): name is Engine => (ENGINES as readonly string[]).includes(name);

export interface OpenEngine {
  readonly database: (folder: string) => Promise<TestDatabase>;
  readonly stop: () => Promise<void>;
}

/** An engine outside of any test: PostgreSQL is started for this run alone. */
export async function openEngine(name: Engine): Promise<OpenEngine> {
  if (name === 'sqlite')
    return { database: async (folder) => onSqlite(join(folder, 'database')), stop: () => Promise.resolve() };
  const { url, stop } = await startPostgres({ flags: HASTE });
  await makeTemplate(url);
  return { database: () => onPostgres(url), stop };
}
