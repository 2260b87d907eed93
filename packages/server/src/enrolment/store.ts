import type { PublicJwk } from '@beadle/shared';
import { START, thumbprint } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { problem } from '../errors.ts';

export interface TokenRow {
  readonly organisation: string;
  readonly id: string;
  readonly device: string | null;
  readonly expires_at: number;
  readonly uses_left: number;
  readonly revoked_at: number | null;
}

export const tokenById = (db: Db | Tx, id: string): Promise<TokenRow | undefined> =>
  db
    .selectFrom('enrolment_tokens')
    .select(['organisation', 'id', 'device', 'expires_at', 'uses_left', 'revoked_at'])
    .where('id', '=', id)
    .executeTakeFirst();

interface NewToken extends Omit<TokenRow, 'revoked_at'> {
  readonly createdAt: number;
  readonly createdBy: string;
  /** Of a fleet key. */
  readonly name: string | null;
}

export async function addToken(tx: Tx, { createdAt, createdBy, ...row }: NewToken): Promise<void> {
  await tx
    .insertInto('enrolment_tokens')
    .values({ ...row, uses: row.uses_left, created_at: createdAt, created_by: createdBy })
    .execute();
}

/** Takes one use of a token; false where another enrolment was quicker. */
export async function useToken(tx: Tx, token: TokenRow): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('enrolment_tokens')
    .set((row) => ({ uses_left: row('uses_left', '-', 1) }))
    .where('organisation', '=', token.organisation)
    .where('id', '=', token.id)
    .where('uses_left', '>', 0)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Ends a token; false where somebody else was quicker. */
export async function revokeToken(
  tx: Tx,
  { organisation, id, at, by }: { organisation: string; id: string; at: number; by: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('enrolment_tokens')
    .set({ revoked_at: at, revoked_by: by })
    .where('organisation', '=', organisation)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

const fleetKeys = (db: Db | Tx, organisation: string) =>
  db.selectFrom('enrolment_tokens').selectAll().where('organisation', '=', organisation).where('device', 'is', null);
export type FleetKeyRow = Awaited<ReturnType<typeof listFleetKeys>>[number];

export const fleetKeyById = (db: Db | Tx, organisation: string, id: string) =>
  fleetKeys(db, organisation).where('id', '=', id).executeTakeFirst();

/** The newest first. */
export function listFleetKeys(
  db: Db,
  organisation: string,
  { limit, before }: { readonly limit: number; readonly before?: readonly [number, string] | undefined },
) {
  let query = fleetKeys(db, organisation);
  if (before !== undefined)
    query = query.where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(before[0], before[1])));
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
}

export const deviceById = (tx: Db | Tx, organisation: string, id: string) =>
  tx.selectFrom('devices').selectAll().where('organisation', '=', organisation).where('id', '=', id).executeTakeFirst();

/** The device that has been enrolled with this key, and has sent nothing since: its answer may have been lost. */
export const begunWith = (tx: Tx, organisation: string, keyId: string) =>
  tx
    .selectFrom('device_keys as key')
    .innerJoin('devices', (join) =>
      join
        .onRef('devices.organisation', '=', 'key.organisation')
        .onRef('devices.id', '=', 'key.device')
        .onRef('devices.generation', '=', 'key.generation'),
    )
    .innerJoin('heads', (join) =>
      join
        .onRef('heads.organisation', '=', 'key.organisation')
        .onRef('heads.device', '=', 'key.device')
        .onRef('heads.generation', '=', 'key.generation'),
    )
    .selectAll('devices')
    .where('key.organisation', '=', organisation)
    .where('key.key_id', '=', keyId)
    .where('key.revoked_at', 'is', null)
    .where('heads.counter', '=', 0)
    .executeTakeFirst();

interface Generation {
  readonly organisation: string;
  readonly device: string;
  readonly generation: number;
}

/** The device's one key from now on. */
async function replaceKey(tx: Tx, place: Generation, key: PublicJwk, at: number): Promise<void> {
  const { organisation, device } = place;
  await tx
    .updateTable('device_keys')
    .set({ revoked_at: at, revoked_why: 'replaced' })
    .where('organisation', '=', organisation)
    .where('device', '=', device)
    .where('revoked_at', 'is', null)
    .execute();
  const added = await tx
    .insertInto('device_keys')
    .values({ ...place, key_id: thumbprint(key), jwk: JSON.stringify(key), registered_at: at, revoked_at: null })
    .onConflict((conflict) => conflict.column('key_id').doNothing())
    .executeTakeFirstOrThrow();
  if (added.numInsertedOrUpdatedRows === 0n) {
    throw problem('enrolment-refused', 'This key has been enrolled before: make a new one.');
  }
}

/**
 * Gives a device a new generation with this key: the keys before it are worth nothing any more, its chain begins anew,
 * and what it last stated is stated again.
 */
export async function beginGeneration(
  tx: Tx,
  row: { readonly organisation: string; readonly id: string; readonly generation: number },
  { key, serialNumber }: { readonly key: PublicJwk; readonly serialNumber: string | null },
  at: number,
): Promise<number> {
  const { organisation, id: device } = row;
  const place = { organisation, device, generation: row.generation + 1 };
  const { generation } = place;
  await tx
    .updateTable('devices')
    .set({
      generation,
      policy_serial: 0,
      desired_held: 0,
      enrolled_at: at,
      enrolled_serial: serialNumber,
      key_revoked_at: null,
      server_key: null,
    })
    .where('organisation', '=', organisation)
    .where('id', '=', device)
    .execute();
  await replaceKey(tx, place, key, at);
  await tx
    .insertInto('heads')
    .values({ ...place, ...START, counter: 0 })
    .execute();
  for (const table of ['states', 'connected_graces'] as const)
    await tx.deleteFrom(table).where('organisation', '=', organisation).where('device', '=', device).execute();
  return generation;
}
