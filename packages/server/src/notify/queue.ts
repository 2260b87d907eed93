import { iso, type Random, type Role } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import type { NoticeTable } from '../db/schema.ts';
import type { EventType } from '../event-types.ts';
import { newId } from '../ids.ts';
import { enqueue } from '../jobs/queue.ts';
import { readOrganisation } from '../organisation/store.ts';
import { addresseeOf } from './recipient.ts';

export const NOTICE_JOB = 'notice';
export const FAN_OUT_JOB = 'notice-fan-out';

/** The job by which a delivery is made: one kind for each machine, so that none waits for another. */
export const jobOf = ({ role, channel }: Pick<NoticeTable, 'role' | 'channel'>): string =>
  role === '' ? machineJob(channel) : NOTICE_JOB;
export const machineJob = (channel: string): string => `notice:${channel}`;

/** What happened, for whoever is told by a machine, and is told no more than this. */
export interface NoticeEvent {
  readonly type: EventType;
  /** The same for several notices of one event: machines are told once. */
  readonly id?: string;
  readonly reference?: string | null;
  readonly severity?: string | null;
  /** Where it is to be looked at, below the server's origin. */
  readonly path: string;
}

export interface NewNotice {
  readonly organisation: string;
  readonly role: Role;
  /** For the deputy of the role, whoever is there. */
  readonly standing?: 'deputy';
  /** For one person alone, by their account. */
  readonly person?: string | null;
  /** Machines are told nothing of it. */
  readonly isForPeopleAlone?: true;
  /** One line. */
  readonly title: string;
  /** Plain text; a blank line begins a paragraph. */
  readonly body: string;
  /** The ids of the breaches that are notified by it. */
  readonly breaches: readonly string[];
  /** Now, in milliseconds since the epoch. */
  readonly at: number;
  readonly event?: NoticeEvent;
  /** The delivery that failed for good, which this one stands in for. */
  readonly insteadOf?: string;
}

const MESSAGE: NoticeEvent = { type: 'message', path: '/' };

async function addressNow(tx: Tx, { organisation, role, standing, person, at }: NewNotice): Promise<string> {
  const { settings } = await readOrganisation(tx, organisation);
  const to = { organisation, settings, role, standing, person, today: iso(at).slice(0, 10) };
  return (await addresseeOf(tx, to)).address;
}

/**
 * Puts a notice into the queue of a role, in the caller's transaction; call the worker's `wake()` once that has
 * committed. It is then retried until it is delivered, and told to the machines that want to know of it. Gives the
 * notice's id.
 */
export async function queueNotice(tx: Tx, notice: NewNotice, random: Random): Promise<string> {
  const { organisation, role, standing, title, body, at, event = MESSAGE, insteadOf = null, person = null } = notice;
  const id = newId(at, random);
  const address = await addressNow(tx, notice);
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
      event: event.id ?? id,
      type: event.type,
      reference: event.reference ?? null,
      severity: event.severity ?? null,
      path: event.path,
      instead_of: insteadOf,
      person,
    })
    .execute();
  await enqueue(tx, { organisation, kind: NOTICE_JOB, key: id, payload: { notice: id }, runAt: at, at }, random);
  if (insteadOf === null && notice.isForPeopleAlone !== true)
    await enqueue(tx, { organisation, kind: FAN_OUT_JOB, key: id, payload: { notice: id }, runAt: at, at }, random);
  return id;
}
