import type { Db } from '../db/database.ts';
import { linkOf, NO_LINK } from './chain.ts';
import { AUDIT_COUNTER } from './record.ts';

export type AuditVerification =
  | { readonly intact: true; readonly count: number; readonly head: string }
  | {
      readonly intact: false;
      /** The first place that does not fit: what is before it is as it was written. */
      readonly sequence: number;
      /** `missing`: no act has this place; `altered`: its fields or links are not those that were written. */
      readonly reason: 'missing' | 'altered';
    };

const AT_ONCE = 1000;

/**
 * Follows the chain from its first act. `head`, noted outside of the server, shows later that nothing before it was
 * written anew: without such a note a chain that somebody has made again from one place on is whole.
 */
export async function verifyAudit(db: Db, organisation: string): Promise<AuditVerification> {
  let [previous, sequence] = [NO_LINK, 0];
  for (;;) {
    const rows = await readAfter(db, organisation, sequence);
    for (const row of rows) {
      if (row.sequence !== sequence + 1) return { intact: false, sequence: sequence + 1, reason: 'missing' };
      sequence += 1;
      const fits = row.previous === previous && row.link === linkOf(previous, row);
      if (!fits) return { intact: false, sequence, reason: 'altered' };
      previous = row.link;
    }
    if (rows.length < AT_ONCE) break;
  }
  if (sequence < (await written(db, organisation))) return { intact: false, sequence: sequence + 1, reason: 'missing' };
  return { intact: true, count: sequence, head: previous };
}

const readAfter = (db: Db, organisation: string, sequence: number) =>
  db
    .selectFrom('audit')
    .selectAll()
    .where('organisation', '=', organisation)
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(AT_ONCE)
    .execute();

async function written(db: Db, organisation: string): Promise<number> {
  const row = await db
    .selectFrom('counters')
    .select('value')
    .where('organisation', '=', organisation)
    .where('name', '=', AUDIT_COUNTER)
    .executeTakeFirst();
  return row?.value ?? 0;
}
