import { bodyHash, linkOf, START } from '@beadle/shared';
import type { Insertable } from 'kysely';
import type { Db } from '../../src/db/database.ts';
import type { FindingTable } from '../../src/db/schema.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { seedHead } from '../support/seed.ts';

const DAY = 86_400_000;
export const ago = (now: number, days: number): number => now - days * DAY;

export interface Told extends Partial<Insertable<FindingTable>> {
  /** What the body says, beside its number. */
  readonly says?: string;
}

/** Findings of a device as they would have been received, in a chain that verifies, with the head that it ends at. */
export async function seedChain(db: Db, device: string, findings: readonly Told[]): Promise<void> {
  let previous = START.link;
  const rows = findings.map(({ says = 'nothing', ...given }, index) => {
    const sequence = index + 1;
    const body = Buffer.from(JSON.stringify({ sequence, says }));
    const link = linkOf({ previous, device, generation: 1, sequence, bodyHash: bodyHash(body) });
    previous = link;
    return {
      organisation: ORGANISATION,
      device,
      generation: 1,
      sequence,
      link,
      body_hash: bodyHash(body),
      body,
      received_at: 0,
      form: 'finding',
      at: 0,
      rule: 'no-sticks',
      clause: '5.9',
      check_name: 'removable-media',
      subject: 'Sam Rivers stick',
      kind: 'event',
      verdict: 'fail',
      reason: null,
      severity: 'high',
      policy_version: '2026.1',
      ...given,
    };
  });
  for (let from = 0; from < rows.length; from += 500)
    await db
      .insertInto('findings')
      .values(rows.slice(from, from + 500))
      .execute();
  await seedHead(db, device, rows.length, previous);
}

/** The numbers of a device's findings whose content is still there. */
export async function heldOf(db: Db, device: string): Promise<number[]> {
  const rows = await db
    .selectFrom('findings')
    .select('sequence')
    .where('device', '=', device)
    .where('body', 'is not', null)
    .orderBy('sequence')
    .execute();
  return rows.map(({ sequence }) => sequence);
}
