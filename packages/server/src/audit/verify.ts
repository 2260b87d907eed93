import type { Db, Tx } from '../db/database.ts';
import type { AuditTable } from '../db/schema.ts';
import { type Anchor, type AuditVerification, followChain } from './follow.ts';
import { AUDIT_COUNTER } from './record.ts';

const AT_ONCE = 1000;

/** Every act of an organisation in its order, read in parts. */
export async function* actsOf(db: Db | Tx, organisation: string): AsyncGenerator<AuditTable> {
  for (let sequence = 0; ; ) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('organisation', '=', organisation)
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(AT_ONCE)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    sequence = last.sequence;
  }
}

/**
 * Follows the chain from its first act. A head that was noted outside of the server shows that nothing before it was
 * written anew: without such a note a chain that somebody has made again from one place on is whole.
 */
export async function verifyAudit(
  db: Db | Tx,
  organisation: string,
  anchors: readonly Anchor[] = [],
): Promise<AuditVerification> {
  const follower = followChain(anchors);
  for await (const act of actsOf(db, organisation)) {
    const broken = follower.next(act);
    if (broken !== undefined) return broken;
  }
  return follower.end(await written(db, organisation));
}

async function written(db: Db | Tx, organisation: string): Promise<number> {
  const row = await db
    .selectFrom('counters')
    .select('value')
    .where('organisation', '=', organisation)
    .where('name', '=', AUDIT_COUNTER)
    .executeTakeFirst();
  return row?.value ?? 0;
}
