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
}

export const tokenById = (db: Db | Tx, id: string): Promise<TokenRow | undefined> =>
  db
    .selectFrom('enrolment_tokens')
    .select(['organisation', 'id', 'device', 'expires_at', 'uses_left'])
    .where('id', '=', id)
    .executeTakeFirst();

export async function addToken(
  tx: Tx,
  token: TokenRow & { readonly createdAt: number; readonly createdBy: string },
): Promise<void> {
  const { createdAt, createdBy, ...row } = token;
  await tx
    .insertInto('enrolment_tokens')
    .values({ ...row, created_at: createdAt, created_by: createdBy })
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

/** The devices that have this serial number. */
export const devicesBySerial = (tx: Tx, organisation: string, serialNumber: string) =>
  tx
    .selectFrom('devices')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('serial_number', '=', serialNumber)
    .execute();

export const deviceById = (tx: Db | Tx, organisation: string, id: string) =>
  tx.selectFrom('devices').selectAll().where('organisation', '=', organisation).where('id', '=', id).executeTakeFirst();

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
    .set({ revoked_at: at })
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
    .set({ generation, policy_serial: 0, desired_held: 0, enrolled_at: at, enrolled_serial: serialNumber })
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
