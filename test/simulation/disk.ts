import type { SqliteDatabase } from 'kysely';
import type { Sql } from '../../packages/agent/src/outbox/store.ts';
import { must } from './violation.ts';

/** The process is gone: nothing of what it held in memory is of use any more. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** `unwritable` is a disk that is full while what changes still fits into memory: only the commit hears of it. */
export type DiskFault = 'crash' | 'full' | 'unwritable';

/** What fails on a full disk. A transaction's beginning writes nothing. */
const FAILS = {
  full: /^\s*(insert|update|delete|commit|replace)/i,
  unwritable: /^\s*commit$/i,
};

/** No act of a run needs a hundredth of it: whatever does goes on for ever. */
const MOST_STATEMENTS = 100_000;

/** One program's disk: passes each statement, until it is told to fail at one of the next. */
export class Disk {
  readonly counts: Record<string, number>;
  #after = 0;
  #fault: DiskFault | undefined;
  #dead = false;
  #statements = 0;

  constructor(counts: Record<string, number>) {
    this.counts = counts;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** At the `after`th statement from now; a full disk stays full until `mend`. */
  failAt(after: number, fault: DiskFault): void {
    [this.#after, this.#fault] = [after, fault];
  }

  /** A new act begins. */
  begin(): void {
    this.#statements = 0;
  }

  mend(): void {
    this.#fault = undefined;
    this.#dead = false;
  }

  /** Throws where the disk fails at this statement, or has failed. */
  pass(statement: string): void {
    this.#statements += 1;
    must(this.#statements < MOST_STATEMENTS, `it goes on for ever, with ${statement}`);
    if (this.#dead) throw new Crash('the process has ended');
    if (this.#fault === undefined) return;
    this.#after -= 1;
    if (this.#after > 0) return;
    if (this.#fault === 'crash') {
      this.#dead = true;
      this.#count('crash', statement);
      throw new Crash(statement);
    }
    if (!FAILS[this.#fault].test(statement)) return;
    this.#count(this.#fault, statement);
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }

  #count(fault: string, statement: string): void {
    const [verb = ''] = statement.trim().toLowerCase().split(/\s/, 1);
    this.counts[`${fault} at ${verb}`] = (this.counts[`${fault} at ${verb}`] ?? 0) + 1;
  }
}

/** The server's statements by way of its disk. A crash may fall right after a commit, before anybody hears of it. */
export const serverThrough =
  (disk: Disk) =>
  (database: SqliteDatabase): SqliteDatabase => ({
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql);
      const passing = <T>(run: () => T): T => {
        disk.pass(sql);
        const result = run();
        if (/^\s*commit/i.test(sql)) disk.pass('committed');
        return result;
      };
      return {
        reader: statement.reader,
        all: (parameters) => passing(() => statement.all(parameters)),
        run: (parameters) => passing(() => statement.run(parameters)),
        iterate: (parameters) => statement.iterate(parameters),
      };
    },
  });

const STATEMENT = new Set(['run', 'get', 'all', 'iterate']);

/** The agent's, in the same way: each statement, and each transaction's beginning, last moment and first after it. */
export function agentThrough(disk: Disk, sql: Sql): Sql {
  const prepare = (text: string) => {
    const statement = sql.prepare(text);
    return new Proxy(statement, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        if (!STATEMENT.has(String(name))) return value.bind(target);
        return (...args: unknown[]) => {
          disk.pass(text);
          return (value as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  };
  const transaction = (work: (...args: unknown[]) => unknown) => {
    const run =
      (kind: 'deferred' | 'immediate') =>
      (...args: unknown[]) => {
        disk.pass('begin');
        const inner = sql.transaction(() => {
          const result = work(...args);
          disk.pass('commit');
          return result;
        });
        const result = kind === 'immediate' ? inner.immediate() : inner();
        disk.pass('committed');
        return result;
      };
    return Object.assign(run('deferred'), { immediate: run('immediate') });
  };
  return new Proxy(sql, {
    get(target, name) {
      if (name === 'prepare') return prepare;
      if (name === 'transaction') return transaction;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
