import type { KeyObject } from 'node:crypto';
import type { Clock, EnrolmentAnswer, Random } from '@beadle/shared';
import type { Logger } from 'pino';
import { requireIdentity, saveIdentity } from '../identity/identity.ts';
import { endWaiting } from '../identity/waiting.ts';
import { keepEnrolment } from '../orders/keep-enrolment.ts';
import { openStore } from '../outbox/store.ts';

export interface BeginDeps {
  /** The data folder. */
  readonly data: string;
  readonly server: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Keeps what an enrolment settled: the key, the pinned server, a new chain and the documents that came with it. */
export function beginEnrolment(key: KeyObject, answer: EnrolmentAnswer, deps: BeginDeps): void {
  const { data, server, clock } = deps;
  const { documents, serverTime, ...enrolment } = answer;
  saveIdentity(data, key, { ...enrolment, server, enrolledAt: serverTime });
  const { sql } = openStore(data, clock.now());
  try {
    keepEnrolment({ ...deps, sql, identity: requireIdentity(data), documents });
  } finally {
    sql.close();
  }
  endWaiting(data);
}
