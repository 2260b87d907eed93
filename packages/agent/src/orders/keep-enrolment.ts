import type { Clock, Random } from '@beadle/shared';
import type { Logger } from 'pino';
import { loadIdentity } from '../identity/identity.ts';
import { createMemory } from '../outbox/memory.ts';
import { Outbox } from '../outbox/outbox.ts';
import { openStore } from '../outbox/store.ts';
import { createPolicyKeeper } from './policy.ts';

/** Begins the chain of a new enrolment and keeps the documents that came with it. */
export function keepEnrolment(options: {
  readonly data: string;
  readonly documents: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}): void {
  const identity = loadIdentity(options.data);
  if (identity === undefined) throw new Error('an enrolment that was just kept is not there');
  const { sql } = openStore(options.data, options.clock.now());
  try {
    const outbox = new Outbox({ sql, random: options.random });
    outbox.transaction(() => {
      outbox.begin(identity.enrolment.device, identity.enrolment.generation);
      createMemory(sql).startAnew();
      sql.exec('delete from documents');
      outbox.meta.set('skew_ms', undefined);
    });
    const serverTime = Date.parse(identity.enrolment.enrolledAt);
    createPolicyKeeper({ sql, identity, now: () => serverTime, log: options.log }).accept(options.documents);
  } finally {
    sql.close();
  }
}
