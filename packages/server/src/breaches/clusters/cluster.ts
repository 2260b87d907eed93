import type { Random } from '@beadle/shared';
import { sql } from 'kysely';
import { compiledOnce } from '../../db/compiled.ts';
import type { Tx } from '../../db/database.ts';
import { locking } from '../../db/locks.ts';
import { nextReference } from '../../db/references.ts';
import type { ClusterTable } from '../../db/schema.ts';
import { newId } from '../../ids.ts';
import { appendEvent } from '../events.ts';
import { type BreachRow, updateBreach } from '../store.ts';
import { causeOf } from './cause.ts';

/** An item takes breaches in for a day: whoever was told of it hears of what comes later. */
const TAKES_IN_MS = 86_400_000;

interface Deps {
  readonly now: number;
  readonly random: Random;
}

export type Cluster = ClusterTable;

/** Raises the open cluster of this cause by one; undefined where there is none that is young enough. */
async function raise(tx: Tx, organisation: string, key: string, { now }: Deps): Promise<Cluster | undefined> {
  const of = tx
    .selectFrom('clusters')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('cause_key', '=', key)
    .where('ended_at', 'is', null);
  const open = await locking(tx, of).executeTakeFirst();
  if (open === undefined) return undefined;
  const changed =
    now - open.opened_at > TAKES_IN_MS ? { ended_at: now } : { last_at: now, breaches: open.breaches + 1 };
  await tx
    .updateTable('clusters')
    .set(changed)
    .where('organisation', '=', organisation)
    .where('id', '=', open.id)
    .execute();
  return 'ended_at' in changed ? undefined : { ...open, ...changed };
}

/**
 * The item that a breach is part of, in the transaction that opens it: the first of its kind begins one, those that
 * follow within a day join it. Null where it stands for itself.
 */
export async function clusterFor(
  tx: Tx,
  breach: Pick<BreachRow, 'organisation' | 'rule' | 'clause' | 'check_name' | 'kind' | 'duty' | 'observed'>,
  deps: Deps,
): Promise<Cluster | null> {
  const cause = causeOf(breach);
  if (cause === null) return null;
  const { organisation, rule, clause } = breach;
  const key = JSON.stringify([rule, cause]);
  const raised = await raise(tx, organisation, key, deps);
  if (raised !== undefined) return raised;
  const begun: Cluster = {
    organisation,
    id: newId(deps.now, deps.random),
    ref: await nextReference(tx, organisation, 'clusters', deps.now),
    cause_key: key,
    rule,
    clause,
    cause: JSON.stringify(cause),
    opened_at: deps.now,
    last_at: deps.now,
    breaches: 1,
    ended_at: null,
    notice: null,
  };
  await tx.insertInto('clusters').values(begun).execute();
  return begun;
}

const endQuery = compiledOnce((db, arg: { organisation: string; cluster: string; now: number }) =>
  db
    .updateTable('clusters')
    .set({ ended_at: arg.now })
    .where('organisation', '=', arg.organisation)
    .where('id', '=', arg.cluster)
    .where('ended_at', 'is', null)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('breaches')
            .select('breaches.id')
            .whereRef('breaches.organisation', '=', 'clusters.organisation')
            .whereRef('breaches.cluster', '=', 'clusters.id')
            .where('breaches.ended_at', 'is', null),
        ),
      ),
    ),
);

/** Once none of a cluster's breaches is open, the next one of its kind is another item. */
export async function endIfDone(tx: Tx, organisation: string, cluster: string | null, now: number): Promise<void> {
  if (cluster !== null) await endQuery(tx, { organisation, cluster, now });
}

/** The message that tells of a cluster is the first about any of its breaches. */
export async function noteTold(tx: Tx, breaches: readonly BreachRow[], notice: string): Promise<void> {
  const clusters = [...new Set(breaches.flatMap(({ cluster }) => cluster ?? []))];
  const [first] = breaches;
  if (first === undefined || clusters.length === 0) return;
  await tx
    .updateTable('clusters')
    .set({ notice })
    .where('organisation', '=', first.organisation)
    .where('id', 'in', clusters)
    .where('notice', 'is', null)
    .execute();
}

/**
 * A breach that joins an item of which somebody has been told brings no second message: it is told of by the first,
 * sent or still to be sent, and takes over who has seen the item and whose it is. False where nobody has been told yet.
 */
export async function toldAlready(tx: Tx, breach: BreachRow, cluster: Cluster, now: number): Promise<boolean> {
  if (cluster.notice === null) return false;
  const { organisation, id } = breach;
  const notices = tx
    .selectFrom('notices')
    .select(['id', 'status', 'breaches'])
    .where('organisation', '=', organisation)
    .where('id', '=', cluster.notice);
  const notice = await locking(tx, notices).executeTakeFirst();
  if (notice === undefined) return false;
  await appendEvent(tx, breach, {
    at: now,
    actor: 'beadle',
    type: 'told-with-cluster',
    detail: { cluster: cluster.ref },
  });
  if (notice.status === 'sent') {
    await updateBreach(tx, breach, { notified_at: now, aware_at: breach.aware_at ?? now });
  } else {
    const all = [...(JSON.parse(notice.breaches) as string[]), id];
    await tx
      .updateTable('notices')
      .set({ breaches: JSON.stringify(all) })
      .where('organisation', '=', organisation)
      .where('id', '=', notice.id)
      .execute();
  }
  return true;
}

/** Who has seen the item, and whose it is, as its first open breach has it. */
export async function asInCluster(tx: Tx, organisation: string, cluster: string): Promise<Partial<BreachRow>> {
  const first = await tx
    .selectFrom('breaches')
    .select(['acknowledged_at', 'acknowledged_by', 'owner'])
    .where('organisation', '=', organisation)
    .where('cluster', '=', cluster)
    .where('ended_at', 'is', null)
    // By the column itself SQLite would walk through every breach of the council from its first.
    .orderBy(sql`id || ''`)
    .limit(1)
    .executeTakeFirst();
  if (first === undefined) return {};
  return first.acknowledged_at === null ? { owner: first.owner } : { ...first, status: 'acknowledged' };
}
