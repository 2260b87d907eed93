import { createHash } from 'node:crypto';
import type { Random } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { createMemory, type Memory } from '../src/outbox/memory.ts';
import { Outbox } from '../src/outbox/outbox.ts';
import { createTables, type Sql } from '../src/outbox/store.ts';

/** SHA-256 of a seed and a count: the same at every run, and never the same twice in one. */
export function seededRandom(seed: string): Random {
  let count = 0;
  const block = () =>
    createHash('sha256')
      .update(`${seed}:${(count += 1)}`)
      .digest();
  return {
    bytes: (size) => Buffer.concat(Array.from({ length: Math.ceil(size / 32) }, block)).subarray(0, size),
    fraction: () => block().readUInt32BE(0) / 2 ** 32,
  };
}

/** The store of a device that has been enrolled, in memory. */
export function enrolledStore(): { sql: Sql; outbox: Outbox; memory: Memory; random: Random } {
  const sql = new SQLite(':memory:');
  createTables(sql);
  const random = seededRandom('store');
  const outbox = new Outbox({ sql, random });
  outbox.begin('device-1', 1);
  return { sql, outbox, memory: createMemory(sql), random };
}
