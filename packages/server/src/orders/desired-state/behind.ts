import type { Db } from '../../db/database.ts';

/** The devices that have not said that they hold what was ordered last, with its version. */
export const behind = (db: Db) =>
  db
    .selectFrom('devices')
    .select(['organisation', 'id as device', 'desired_version as version'])
    .whereRef('desired_version', '>', 'desired_held')
    .execute();
