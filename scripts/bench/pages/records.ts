import type { Db } from '../../../packages/server/src/db/database.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { VIEWER } from './breach-row.ts';
import { NOW, YEAR_MS } from './sizes.ts';

const [RECORDS, HOLDS, AT_ONCE] = [2000, 20, 200];

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const refOf = (letters: string, number: number): string => `${letters}-2026-${String(number).padStart(6, '0')}`;

const recordOf = (number: number) => ({
  organisation: ORGANISATION,
  id: `helpdesk-${String(number).padStart(6, '0')}`,
  ref: refOf('HD', number),
  kind: number % 3 === 0 ? 'damage' : 'fault',
  device: null,
  description: 'The screen stays dark.',
  happened_at: null,
  reported_at: NOW - Math.floor((YEAR_MS * (RECORDS - number)) / RECORDS),
  reported_by: VIEWER,
  ict_notice: 'none',
  insurance_notice: null,
  closed_at: number < RECORDS - 50 ? NOW : null,
  closed_by: number < RECORDS - 50 ? VIEWER : null,
  close_reason: number < RECORDS - 50 ? 'Mended.' : null,
});

const holdOf = (number: number) => ({
  organisation: ORGANISATION,
  id: `hold-${String(number).padStart(6, '0')}`,
  ref: refOf('LH', number),
  kind: 'person',
  target: `person.${String(number).padStart(5, '0')}`,
  reason: 'A claim.',
  placed_at: NOW - YEAR_MS / 2,
  placed_by: VIEWER,
  until: null,
  ended_at: null,
  ended_by: null,
  end_reason: null,
});

/** What the helpdesk has been told of in a year, what must not be erased, and a device in the name of whoever looks. */
export async function writeRecords(db: Db, assetTag: string): Promise<void> {
  const records = numbers(RECORDS).map(recordOf);
  for (let from = 0; from < RECORDS; from += AT_ONCE)
    await db
      .insertInto('helpdesk_records')
      .values(records.slice(from, from + AT_ONCE))
      .execute();
  await db.insertInto('legal_holds').values(numbers(HOLDS).map(holdOf)).execute();
  await db.updateTable('devices').set({ holder: VIEWER }).where('asset_tag', '=', assetTag).execute();
}
