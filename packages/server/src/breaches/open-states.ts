import type { Db } from '../db/database.ts';

/** The open breaches of states of these devices. */
export const openStatesOf = (db: Db, organisation: string, devices: readonly string[]) =>
  db
    .selectFrom('breaches')
    .select(['device', 'rule', 'subject'])
    .where('organisation', '=', organisation)
    .where('device', 'in', [...devices])
    .where('kind', '=', 'state')
    .where('ended_at', 'is', null)
    .execute();
