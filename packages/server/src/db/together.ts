import { sql } from 'kysely';
import type { Db, Tx } from './database.ts';
import { runsSideBySide } from './engine.ts';
import { inTransaction } from './transaction.ts';

/** Runs one's work in a transaction that may be shared, and gives what it gave once that is on the disk. */
export type Together = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

interface Waiting {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Undone as a whole where it fails, and nothing else with it. */
async function inSavepoint(tx: Tx, work: Waiting['work']): Promise<Outcome> {
  await sql`savepoint one`.execute(tx);
  try {
    const value = await work(tx);
    await sql`release one`.execute(tx);
    return { value };
  } catch (error) {
    // Where SQLite has undone the whole transaction already, as on a full disk, nobody's work has been kept.
    await sql`rollback to one`.execute(tx).catch(() => {
      throw error;
    });
    await sql`release one`.execute(tx);
    return { error };
  }
}

async function runAll(db: Db, group: readonly Waiting[]): Promise<Outcome[]> {
  const [first] = group;
  if (first !== undefined && group.length === 1) return [{ value: await inTransaction(db, first.work) }];
  return inTransaction(db, async (tx) => {
    const outcomes: Outcome[] = [];
    for (const { work } of group) outcomes.push(await inSavepoint(tx, work));
    return outcomes;
  });
}

async function settle(db: Db, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await runAll(db, group);
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || 'error' in outcome) reject(outcome?.error);
      else resolve(outcome.value);
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

/** More would keep people waiting for the database for longer than they notice. */
const MOST = 16;

/** What comes while another transaction is written is written together, and is on the disk by one commit. */
function createTogether(db: Db): Together {
  const waiting: Waiting[] = [];
  let isWriting = false;
  const write = async (): Promise<void> => {
    isWriting = true;
    // Those who have their turn at the same time are read first.
    await new Promise(setImmediate);
    while (waiting.length > 0) await settle(db, waiting.splice(0, MOST));
    isWriting = false;
  };
  return <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.push({ work, resolve, reject });
    if (!isWriting) void write();
    return promise as Promise<T>;
  };
}

/** A transaction of its own on a database that gathers commits itself; shared on one that writes one at a time. */
export const togetherOn = (db: Db): Together =>
  runsSideBySide(db) ? (work) => inTransaction(db, work) : createTogether(db);
