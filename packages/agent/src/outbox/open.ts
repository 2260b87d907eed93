import type { Random } from '@beadle/shared';
import { createMemory } from './memory.ts';
import { type Bounds, Outbox } from './outbox.ts';
import type { OpenStore } from './store.ts';

/**
 * The outbox of this generation. Where the store was lost or damaged since the enrolment, the break is noted and told
 * with the next check-in.
 */
export function openOutbox(
  store: OpenStore,
  enrolment: { readonly device: string; readonly generation: number },
  { random, bounds, now }: { readonly random: Random; readonly bounds?: Bounds | undefined; readonly now: number },
): Outbox {
  const outbox = new Outbox({ sql: store.sql, random, bounds });
  const before = outbox.meta.integer('generation');
  if (before === enrolment.generation) return outbox;
  outbox.transaction(() => {
    outbox.begin(enrolment.device, enrolment.generation, now);
    createMemory(store.sql).startAnew();
    if (before === 0) outbox.meta.set('broken', store.found === 'set-aside' ? 'outbox-corrupt' : 'outbox-lost');
  });
  return outbox;
}
