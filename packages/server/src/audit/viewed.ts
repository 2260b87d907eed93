import type { Clock } from '@beadle/shared';
import { actorOf, type Caller } from '../access.ts';
import type { Db } from '../db/database.ts';
import { recordAct } from './record.ts';
import { inTransaction } from '../db/transaction.ts';

export interface ViewRecorder {
  readonly db: Db;
  readonly clock: Clock;
}

/** Looking at one breach, at one authorisation, at one person's record, or at one device that somebody holds, is an act of a person as well (invariant 11). */
export const recordView = (
  { db, clock }: ViewRecorder,
  caller: Caller,
  action:
    | 'breach-viewed'
    | 'breach-report-viewed'
    | 'breach-article-33-viewed'
    | 'breach-evidence-taken'
    | 'device-viewed'
    | 'authorisation-viewed'
    | 'person-viewed'
    | 'rights-viewed',
  target: string,
): Promise<void> =>
  inTransaction(db, (tx) =>
    recordAct(tx, {
      organisation: caller.organisation,
      at: clock.now(),
      actor: actorOf(caller),
      action,
      target,
      detail: { via: caller.via },
    }),
  );
