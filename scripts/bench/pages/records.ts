import type { Db } from '../../../packages/server/src/db/database.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { VIEWER } from './breach-row.ts';
import { NOW, YEAR_MS } from './sizes.ts';

const [RECORDS, HOLDS, RIGHTS, ORDERS, AT_ONCE] = [2000, 20, 200, 50, 200];

const DAY = 86_400_000;
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

const rightOf = (number: number) => ({
  organisation: ORGANISATION,
  id: `right-${String(number).padStart(6, '0')}`,
  ref: refOf('DP', number),
  kind: number % 2 === 0 ? 'complaint' : 'objection',
  language: 'en',
  breach: null,
  device: null,
  rule: null,
  words: 'It was not my laptop.',
  asked_at: NOW - Math.floor((YEAR_MS * (RIGHTS - number)) / RIGHTS),
  asked_by: VIEWER,
  account: null,
  acknowledged_at: null,
  acknowledged_by: null,
  answered_at: null,
  answered_by: null,
  outcome: null,
  answer: null,
  note: null,
});

/** Of a device's screen locks in a year, of which the last is in force. */
const orderOf = (device: string) => (number: number) => ({
  organisation: ORGANISATION,
  device,
  id: `order-${String(number).padStart(6, '0')}`,
  act: `order-${String(number).padStart(6, '0')}`,
  kind: 'lock',
  until: null,
  notice: null,
  telephone: null,
  allow: null,
  text: null,
  salt: null,
  hash: null,
  ordered_by: VIEWER,
  ordered_at: NOW - (ORDERS - number) * 3_600_000,
  reason: 'It was left on a train.',
  breach: null,
  withdrawn_from: null,
  since_version: number,
  dropped_version: number < ORDERS ? number + 1 : null,
  lifted_by: number < ORDERS ? VIEWER : null,
  lifted_at: number < ORDERS ? NOW : null,
  lift_reason: number < ORDERS ? 'It was found.' : null,
  effect: null,
  effect_at: null,
  observed: null,
  effect_received_at: null,
  effect_generation: null,
});

const spanningOf = (number: number) => ({
  organisation: ORGANISATION,
  id: `spanning-${String(number).padStart(6, '0')}`,
  home: ORGANISATION,
  kind: 'group',
  holder: `Auditors ${number}`,
  role: 'auditor',
  granted_at: NOW - YEAR_MS / 2,
  granted_by: VIEWER,
});

/** The first holds, the others are over. */
const pauseOf = (device: string) => (number: number) => ({
  organisation: ORGANISATION,
  id: `pause-${String(number).padStart(6, '0')}`,
  scope: 'device',
  device,
  group_name: null,
  since: NOW - number * DAY,
  until: NOW + (2 - number) * DAY,
  reason: 'A driver was faulty.',
  begun_by: VIEWER,
});

/** Asset tags: of the device with most findings, and of the one that is in the name of whoever looks. */
interface Tags {
  readonly busiest: string;
  readonly own: string;
}

/** What the helpdesk has been told of in a year, what must not be erased, and a device in the name of whoever looks. */
export async function writeRecords(db: Db, { busiest, own }: Tags): Promise<void> {
  const records = numbers(RECORDS).map(recordOf);
  for (let from = 0; from < RECORDS; from += AT_ONCE)
    await db
      .insertInto('helpdesk_records')
      .values(records.slice(from, from + AT_ONCE))
      .execute();
  await db.insertInto('legal_holds').values(numbers(HOLDS).map(holdOf)).execute();
  await db.insertInto('rights_requests').values(numbers(RIGHTS).map(rightOf)).execute();
  await db.insertInto('spanning_roles').values(numbers(HOLDS).map(spanningOf)).execute();
  const { id } = await db.selectFrom('devices').select('id').where('asset_tag', '=', busiest).executeTakeFirstOrThrow();
  await db
    .insertInto('device_orders')
    .values(numbers(ORDERS).map(orderOf(id)))
    .execute();
  await db
    .insertInto('pauses')
    .values(numbers(HOLDS).map(pauseOf(id)))
    .execute();
  await db.updateTable('devices').set({ holder: VIEWER }).where('asset_tag', '=', own).execute();
}
