import type { Db } from '../db/database.ts';
import { type BreachView, breaches } from './read.ts';

/** What a person found to be no breach leaves the page of whose device it is after this time. */
const DISMISSED_MS = 30 * 86_400_000;
const MOST = 50;

interface Own {
  readonly organisation: string;
  readonly id: string;
}

/**
 * The breaches that a device itself told of and that whoever holds it is to answer for, the newest first. What people
 * reported is not among them: who reports somebody must not be shown to them.
 */
export const ownBreaches = (db: Db, { organisation, id }: Own, now: number): Promise<BreachView[]> =>
  // Nobody's name: what is kept from anybody is left out.
  breaches(db, { organisation, name: '' })
    .where('breaches.device', '=', id)
    .where('breaches.duty', '=', 'holder')
    .where('breaches.kind', '<>', 'person')
    .where('breaches.concealed_from', 'is', null)
    .where((eb) =>
      eb.or([
        eb('breaches.ended_at', 'is', null),
        eb('breaches.status', '<>', 'not-a-breach'),
        eb('breaches.ended_at', '>', now - DISMISSED_MS),
      ]),
    )
    .orderBy('breaches.opened_at', 'desc')
    .orderBy('breaches.id', 'desc')
    .limit(MOST)
    .execute();
