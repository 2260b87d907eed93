import type { Random } from '@beadle/shared';
import type { Logger } from 'pino';
import type { Identity } from '../identity/identity.ts';
import { createMemory } from '../outbox/memory.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { Sql } from '../outbox/store.ts';
import { createDesiredStateKeeper } from './desired-state.ts';
import { sortDocuments } from './document-types.ts';
import { createEffectBook } from './effects.ts';
import { createPolicyKeeper } from './policy.ts';

/** Begins the chain of a new enrolment and keeps the documents that came with it. */
export function keepEnrolment(options: {
  readonly sql: Sql;
  readonly identity: Identity;
  readonly documents: readonly string[];
  readonly random: Random;
  readonly log: Logger;
}): void {
  const { sql, identity, documents, random, log } = options;
  const serverTime = Date.parse(identity.enrolment.enrolledAt);
  const outbox = new Outbox({ sql, random });
  outbox.transaction(() => {
    outbox.begin(identity.enrolment.device, identity.enrolment.generation, serverTime);
    createMemory(sql).startAnew();
    sql.exec('delete from documents');
    outbox.meta.set('skew_ms', undefined);
  });
  const { desired, policies } = sortDocuments(documents);
  const now = () => serverTime;
  createPolicyKeeper({ sql, identity, now, log }).accept(policies);
  createDesiredStateKeeper({ sql, identity, effects: createEffectBook(sql, now), now, log }).accept(desired);
}
