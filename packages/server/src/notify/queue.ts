import { iso, type Random, type Role } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { newId } from '../ids.ts';
import { enqueue } from '../jobs/queue.ts';
import { readOrganisation } from '../organisation/store.ts';
import { addresseeOf } from './recipient.ts';

export const NOTICE_JOB = 'notice';

export interface NewNotice {
  readonly organisation: string;
  readonly role: Role;
  /** For the deputy of the role, whoever is there. */
  readonly standing?: 'deputy';
  /** One line. */
  readonly title: string;
  /** Plain text; a blank line begins a paragraph. */
  readonly body: string;
  /** The ids of the breaches that are notified by it. */
  readonly breaches: readonly string[];
  /** Now, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Puts a notice into the queue of a role, in the caller's transaction; call the worker's `wake()` once that has
 * committed. It is then retried until it is delivered. Gives the notice's id.
 */
export async function queueNotice(tx: Tx, notice: NewNotice, random: Random): Promise<string> {
  const { organisation, role, standing, title, body, at } = notice;
  const id = newId(at, random);
  const { settings } = await readOrganisation(tx, organisation);
  const { address } = await addresseeOf(tx, { organisation, settings, role, standing, today: iso(at).slice(0, 10) });
  await tx
    .insertInto('notices')
    .values({
      organisation,
      id,
      channel: 'mail',
      role,
      standing: standing ?? null,
      address,
      title,
      body,
      breaches: JSON.stringify(notice.breaches),
      status: 'waiting',
      created_at: at,
      sent_at: null,
      attempts: 0,
      last_error: null,
    })
    .execute();
  await enqueue(tx, { organisation, kind: NOTICE_JOB, key: id, payload: { notice: id }, runAt: at, at }, random);
  return id;
}
