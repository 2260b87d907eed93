import { isoOrNull } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';

/** What was last known of a device's encryption, and since when its agent has not spoken: one factor, with its age. */
export interface LastEncryption {
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** When the device last told of it, or last called. */
  readonly seenAt: string | null;
}

/** The worst of what holds for its volumes; unknown where no rule asks. */
export async function lastEncryption(db: Db | Tx, organisation: string, device: string): Promise<LastEncryption> {
  const [states, row] = [
    await db
      .selectFrom('states')
      .select('verdict')
      .where('organisation', '=', organisation)
      .where('device', '=', device)
      .where('check_name', '=', 'disk-encryption')
      .execute(),
    await db
      .selectFrom('devices')
      .select('last_contact_at')
      .where('organisation', '=', organisation)
      .where('id', '=', device)
      .executeTakeFirst(),
  ];
  const has = (verdict: string) => states.some((state) => state.verdict === verdict);
  const verdict = has('fail') ? 'fail' : has('pass') && !has('unknown') ? 'pass' : 'unknown';
  const seen = row?.last_contact_at ?? null;
  return { verdict, seenAt: isoOrNull(seen) };
}
