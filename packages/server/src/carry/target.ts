import { sql } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import { codeOf, StartError } from '../errors.ts';
import { countOf, type Table } from './tables.ts';

/** Throws where the database holds another program's tables, before a table of Beadle's is made among them. */
export async function refuseForeign(target: Db, name: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = current_schema() order by tablename`.execute(target);
  const names = rows.map((row) => row.name);
  if (names.length === 0 || names.includes('kysely_migration')) return;
  throw new StartError(
    `${name} holds tables that are not Beadle's (${names.slice(0, 3).join(', ')}): make a database of its own with createdb.`,
  );
}

/** Nobody else writes until the transaction ends, nor does another carrying over begin. */
export async function takeAlone(tx: Tx, tables: readonly Table[], name: string): Promise<void> {
  // Counting a large table takes longer than any statement of the server may.
  await sql`set local statement_timeout = 0`.execute(tx);
  // The rest of one that was killed has been undone well before.
  await sql`set local lock_timeout = '5s'`.execute(tx);
  try {
    const names = sql.join(tables.map((table) => sql.table(table.name)));
    await sql`lock table ${names} in exclusive mode`.execute(tx);
  } catch (cause) {
    // lock_not_available (appendix A of PostgreSQL's manual).
    if (codeOf(cause) !== '55P03') throw cause;
    throw new StartError(
      `Somebody else is writing to ${name}: stop its servers, or wait for another carrying over to end; then run this again.`,
      { cause },
    );
  }
}

/**
 * Throws where anything is there. A migration or a start of the server makes an organisation with nothing else, which
 * gives way to the one that is carried over.
 */
export async function requireEmpty(tx: Tx, tables: readonly Table[], name: string): Promise<void> {
  for (const table of tables) {
    const count = await countOf(tx, table);
    if (count <= (table.name === 'organisations' ? 1 : 0)) continue;
    throw new StartError(
      `${name} is not empty (${table.name}: ${count}): carry over into an empty database, which createdb makes. ` +
        'Where this was carried over already there is nothing left to do.',
    );
  }
  await tx.deleteFrom('organisations').execute();
}
