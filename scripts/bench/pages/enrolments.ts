import type { Db } from '../../../packages/server/src/db/database.ts';
import { ORGANISATION } from '../../../packages/server/src/organisation/store.ts';
import { VIEWER } from './breach-row.ts';
import { NOW } from './sizes.ts';

const [KEYS, WAITING] = [20, 200] as const;
const DAY = 86_400_000;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const fleetKeyId = (number: number): string => `fleet-${String(number).padStart(16, '0')}`;
const pendingId = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** What stands in an address of these pages. */
export const ENROLMENT_PLACES = { 'enrolments.id': [pendingId(1)], 'fleet-keys.id': [fleetKeyId(1)] } as const;

const fleetKeyOf = (number: number) => ({
  organisation: ORGANISATION,
  id: fleetKeyId(number),
  device: null,
  created_at: NOW - number * DAY,
  created_by: VIEWER,
  expires_at: NOW + 90 * DAY,
  uses_left: 100,
  name: `Image ${number}`,
  uses: 200,
  revoked_at: null,
  revoked_by: null,
});

const pendingOf = (number: number) => ({
  organisation: ORGANISATION,
  id: pendingId(number),
  token: fleetKeyId(1 + (number % KEYS)),
  key_id: `key-${number}`,
  serial_number: `PF-${number}`,
  name: `LAPTOP-${number}`,
  platform: 'linux',
  release: '6.1.0',
  why: 'serial-unknown',
  seems: null,
  status: number % 10 === 0 ? 'refused' : 'waiting',
  first_at: NOW - DAY,
  last_at: NOW,
  decided_at: number % 10 === 0 ? NOW : null,
  decided_by: number % 10 === 0 ? VIEWER : null,
  reason: number % 10 === 0 ? 'It is not ours.' : null,
  device: null,
  generation: null,
});

/** A day of a new image: its fleet keys, and the laptops that came with one and wait for ICT. */
export async function writeEnrolments(db: Db): Promise<void> {
  await db.insertInto('enrolment_tokens').values(numbers(KEYS).map(fleetKeyOf)).execute();
  await db.insertInto('pending_enrolments').values(numbers(WAITING).map(pendingOf)).execute();
}
