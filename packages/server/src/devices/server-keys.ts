import type { Db } from '../db/database.ts';
import { hasNotLeft } from './left-service.ts';

export interface Holders {
  /** The id of a key of the server's; null for devices that have not said which they hold to since they were enrolled. */
  readonly keyId: string | null;
  readonly devices: number;
}

/** How many enrolled devices hold to which key of the server's; of one organisation, or of all. */
export async function holdersOfKeys(db: Db, organisation?: string): Promise<readonly Holders[]> {
  let query = db
    .selectFrom('devices')
    .select(['server_key', (eb) => eb.fn.countAll<number>().as('count')])
    .where('generation', '>', 0)
    .where(hasNotLeft)
    .where('key_revoked_at', 'is', null);
  if (organisation !== undefined) query = query.where('organisation', '=', organisation);
  const rows = await query.groupBy('server_key').execute();
  return rows.map(({ server_key: keyId, count }) => ({ keyId, devices: count }));
}

export const devicesOf = (holders: readonly Holders[], keyId: string | null): number =>
  holders.find((one) => one.keyId === keyId)?.devices ?? 0;
