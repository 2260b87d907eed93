import type { PolicyDocument, Random } from '@beadle/shared';
import SQLite from 'better-sqlite3';
import { createMemory, type Memory } from '../src/outbox/memory.ts';
import { Outbox } from '../src/outbox/outbox.ts';
import { createTables, type Sql } from '../src/outbox/store.ts';
import { seededRandom } from '../../../test/support/clock.ts';

export { seededRandom };

/** No stick is allowed. */
export const NO_STICKS: PolicyDocument = {
  beadlePolicy: 1,
  title: 'Sticks',
  organisation: 'A council',
  version: '1',
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  reportTo: 'information-security-team-leader',
  rules: [
    {
      id: 'sticks',
      clause: '1',
      says: 'x',
      check: 'removable-media',
      require: { allow: 'none' },
      severity: 'high',
      mode: 'report',
    },
  ],
};

/** The store of a device that has been enrolled, in memory. */
export function enrolledStore(): { sql: Sql; outbox: Outbox; memory: Memory; random: Random } {
  const sql = new SQLite(':memory:');
  createTables(sql);
  const random = seededRandom('store');
  const outbox = new Outbox({ sql, random });
  outbox.begin('device-1', 1, 0);
  return { sql, outbox, memory: createMemory(sql), random };
}
