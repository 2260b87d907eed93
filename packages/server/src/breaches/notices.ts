import type { Random, Role } from '@beadle/shared';
import type { Db, Tx } from '../db/database.ts';
import { enqueue } from '../jobs/queue.ts';
import { type BreachInNotice, breachNotice, groupedNotice, type NoticeText } from '../notify/messages.ts';
import { queueNotice } from '../notify/queue.ts';
import { generalPolicy } from '../policies/store.ts';
import { type ToldFirst, toldFirst } from '../policies/rule-of-finding.ts';
import { appendEvent } from './events.ts';
import { type BreachRow } from './store.ts';
import { inTransaction } from '../db/transaction.ts';
import { runsSideBySide } from '../db/engine.ts';
import { noteTold } from './clusters/cluster.ts';
import { TOLD_WEEKLY } from './told-weekly.ts';

export const ICT_NOTICE_JOB = 'ict-notice';

/** What is ICT's to mend is told in one message, this long after the first of it, unless it is critical. */
const GATHER_ICT_MS = 15 * 60_000;

export interface NoticeDeps {
  readonly now: number;
  readonly random: Random;
  /** The server's public origin, for links. */
  readonly origin: string;
}

export interface Notified extends ToldFirst {
  readonly breach: BreachRow;
  readonly assetTag: string | null;
}

const inNotice = (breach: BreachRow, assetTag: string | null, cluster: string | null = null): BreachInNotice => ({
  cluster,
  ref: breach.ref,
  clause: breach.clause,
  says: breach.says,
  assetTag,
  severity: breach.severity,
  firstSeen: breach.first_seen,
  remedy: breach.remedy,
});

/** Queues one notice about these breaches, and says so in the timeline of each. */
export async function queueAbout(
  tx: Tx,
  breaches: readonly BreachRow[],
  role: Role,
  text: NoticeText,
  { now, random }: NoticeDeps,
): Promise<void> {
  const [first] = breaches;
  if (first === undefined) return;
  const { organisation } = first;
  const notice = await queueNotice(
    tx,
    { organisation, role, ...text, breaches: breaches.map(({ id }) => id), at: now },
    random,
  );
  await noteTold(tx, breaches, notice);
  for (const breach of breaches) {
    await appendEvent(tx, breach, { at: now, actor: 'beadle', type: 'notice-queued', detail: { notice, role } });
  }
}

/** Tells whoever the policy says is told first (invariant 7): at once, or gathered where it is ICT's and can wait. */
export async function notifyOf(
  tx: Tx,
  { breach, assetTag, reportTo, policyTitle }: Notified,
  deps: NoticeDeps,
): Promise<void> {
  if (breach.duty === 'holder' || breach.severity === 'critical') {
    const text = breachNotice(inNotice(breach, assetTag), { origin: deps.origin, policyTitle });
    return queueAbout(tx, [breach], reportTo, text, deps);
  }
  await gatherForIct(tx, breach, deps);
}

/** What ICT has not been told of by then goes into one message. */
export async function gatherForIct(
  tx: Tx,
  { organisation, check_name }: Pick<BreachRow, 'organisation' | 'check_name'>,
  deps: NoticeDeps,
): Promise<void> {
  if (check_name === TOLD_WEEKLY) return;
  const runAt = deps.now + GATHER_ICT_MS;
  await enqueue(
    tx,
    { organisation, kind: ICT_NOTICE_JOB, key: ICT_NOTICE_JOB, payload: {}, runAt, at: deps.now },
    deps.random,
  );
}

/** Those of ICT's wait, so that their timelines go on in one order. */
async function lockUntold(tx: Tx, organisation: string): Promise<void> {
  const open = tx
    .selectFrom('breaches')
    .select('id')
    .where('organisation', '=', organisation)
    .where('duty', '=', 'ict')
    .where('ended_at', 'is', null)
    .orderBy('id');
  if (runsSideBySide(tx)) await open.forUpdate().execute();
}

/** One message about every open breach of ICT's that nobody has been told of. Run again, it finds none. */
export async function tellIct(db: Db, organisation: string, deps: NoticeDeps): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockUntold(tx, organisation);
    const rows = await tx
      .selectFrom('breaches')
      .leftJoin('devices', (join) =>
        join.onRef('devices.organisation', '=', 'breaches.organisation').onRef('devices.id', '=', 'breaches.device'),
      )
      .leftJoin('clusters', (join) =>
        join
          .onRef('clusters.organisation', '=', 'breaches.organisation')
          .onRef('clusters.id', '=', 'breaches.cluster')
          .on('clusters.breaches', '>', 1),
      )
      .selectAll('breaches')
      .select(['devices.asset_tag', 'clusters.ref as cluster_ref'])
      .where('breaches.organisation', '=', organisation)
      .where('breaches.duty', '=', 'ict')
      .where('breaches.check_name', '!=', TOLD_WEEKLY)
      .where('breaches.ended_at', 'is', null)
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('breach_events')
              .select('breach_events.sequence')
              .whereRef('breach_events.organisation', '=', 'breaches.organisation')
              .whereRef('breach_events.breach', '=', 'breaches.id')
              .where('breach_events.type', 'in', ['notice-queued', 'told-with-cluster']),
          ),
        ),
      )
      .orderBy('breaches.opened_at')
      .execute();
    const { reportTo, policyTitle } = toldFirst(await generalPolicy(tx, organisation, deps.now));
    const breaches = rows.map((row) => inNotice(row, row.asset_tag, row.cluster_ref));
    await queueAbout(tx, rows, reportTo, groupedNotice(breaches, { origin: deps.origin, policyTitle }), deps);
  });
}
