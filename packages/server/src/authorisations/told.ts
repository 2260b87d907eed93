import { type Authorisation, iso } from '@beadle/shared';
import { sql } from 'kysely';
import type { Db, Tx } from '../db/database.ts';
import { scopeOf } from './store.ts';
import { type Concerned, keysOfDevice } from './subjects.ts';

/** What happened this long ago is still told by devices, and excused by what held then. */
const LOOK_BACK_MS = 45 * 86_400_000;
/** As many as a document carries; those that end last, for the others are over the soonest. */
const MOST = 500;

/** Whether anything was ever approved: where nothing was, no device need be asked for. */
export async function anyAuthorised(db: Db | Tx, organisation: string): Promise<boolean> {
  const row = await db
    .selectFrom('authorisations')
    .select('id')
    .where('organisation', '=', organisation)
    .where('status', 'in', ['approved', 'revoked'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * What a device is told: every authorisation that concerns it, is approved and has not been over for 45 days, those to come
 * included, in the order of their references. A revoked one is told with the moment of its revocation as its end: what it
 * permitted before that is nobody's breach afterwards.
 */
export async function authorisationsFor(
  tx: Db | Tx,
  device: Concerned & { readonly organisation: string },
  now: number,
): Promise<Authorisation[]> {
  const concerned = await tx
    .selectFrom('authorisation_subjects')
    .select('authorisation')
    .distinct()
    .where('organisation', '=', device.organisation)
    .where('subject_key', 'in', [...keysOfDevice(device)])
    .execute();
  // Most devices have few or none: two looks by a key are quicker than a join that has to be planned.
  if (concerned.length === 0) return [];
  const ids = concerned.map(({ authorisation }) => authorisation);
  const rows = await tx
    .selectFrom('authorisations')
    .select(['ref', 'kind', 'scope', 'valid_from', 'valid_to', 'revoked_at'])
    .where('organisation', '=', device.organisation)
    .where('id', 'in', ids)
    .where('status', 'in', [sql.lit('approved'), sql.lit('revoked')])
    .where('valid_to', '>', now - LOOK_BACK_MS)
    .orderBy('valid_to', 'desc')
    .limit(MOST)
    .execute();
  return rows
    .map((row) => ({ ...row, ends: Math.min(row.valid_to, row.revoked_at ?? row.valid_to) }))
    .filter(({ valid_from, ends }) => valid_from < ends && ends > now - LOOK_BACK_MS)
    .toSorted((a, b) => (a.ref < b.ref ? -1 : 1))
    .map(({ ref, kind, valid_from, ends, ...row }) => ({
      ref,
      kind,
      validFrom: iso(valid_from),
      validTo: iso(ends),
      scope: scopeOf(row),
    }));
}
