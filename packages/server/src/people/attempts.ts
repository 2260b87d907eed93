import { type Random, secretHash } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';

/** A sign-in that has begun may take this long: a person looks for a telephone. */
export const ATTEMPT_MS = 10 * 60_000;
/** Of one attempt; then the password is asked for again. */
export const MOST_TRIES = 5;

export interface Attempt {
  readonly organisation: string;
  readonly kind: 'oidc' | 'second-factor';
  /** Of `second-factor`: the id of the account whose password was right. */
  readonly account: string | null;
  /** Where the person goes on: a path of this server. */
  readonly next: string;
}

/** What the browser keeps of it, in a cookie; the database has its hash only. */
export interface Begun {
  readonly attemptId: string;
  readonly expiresAt: number;
}

/** Begins a sign-in; those that nobody finished in time go. */
export async function beginAttempt(tx: Tx, attempt: Attempt, at: number, random: Random): Promise<Begun> {
  const attemptId = Buffer.from(random.bytes(32)).toString('base64url');
  const expiresAt = at + ATTEMPT_MS;
  await tx.deleteFrom('sign_in_attempts').where('expires_at', '<=', at).execute();
  await tx
    .insertInto('sign_in_attempts')
    .values({ ...attempt, id_hash: secretHash(attemptId), expires_at: expiresAt })
    .execute();
  return { attemptId, expiresAt };
}

const attempts = (tx: Tx, id: string, kind: Attempt['kind'], at: number) => ({
  take: tx
    .deleteFrom('sign_in_attempts')
    .where('id_hash', '=', secretHash(id))
    .where('kind', '=', kind)
    .where('expires_at', '>', at)
    .returning(['organisation', 'account', 'next']),
  count: tx
    .updateTable('sign_in_attempts')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('id_hash', '=', secretHash(id))
    .where('kind', '=', kind)
    .where('expires_at', '>', at)
    .where('tries', '<', MOST_TRIES)
    .returning(['organisation', 'account', 'next']),
});

type Found = Omit<Attempt, 'kind'>;

/** Ends an attempt and gives it, once: of two that come with it at once, one goes on. */
export const takeAttempt = (tx: Tx, id: string, kind: Attempt['kind'], at: number): Promise<Found | undefined> =>
  attempts(tx, id, kind, at).take.executeTakeFirst();

/** Counts a try; undefined where there is no such attempt, or there have been too many. */
export const tryAttempt = (tx: Tx, id: string, kind: Attempt['kind'], at: number): Promise<Found | undefined> =>
  attempts(tx, id, kind, at).count.executeTakeFirst();

/** As it is, without a try. */
export const readAttempt = (db: Db, id: string, kind: Attempt['kind'], at: number): Promise<Found | undefined> =>
  db
    .selectFrom('sign_in_attempts')
    .select(['organisation', 'account', 'next'])
    .where('id_hash', '=', secretHash(id))
    .where('kind', '=', kind)
    .where('expires_at', '>', at)
    .where('tries', '<', MOST_TRIES)
    .executeTakeFirst();
