import type { Tx } from '../db/database.ts';
import { keptSince } from '../organisation/retention.ts';
import { noneOf } from './held-now.ts';
import { type Step, stepOf } from './phase.ts';
import type { PurgeContext } from './purge-findings.ts';
import { ERASED_TEXT } from './purge-others.ts';

const AT_ONCE = 200;

/** Of pauses that ended long ago, why and by whom; what was paused and its days stay. */
export async function purgePauses(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, now, retention, held } = context;
  const rows = await tx
    .selectFrom('pauses')
    .select('id')
    .where('organisation', '=', organisation)
    .where('until', '<', keptSince(now, retention.breaches))
    .where('begun_by', '<>', ERASED_TEXT)
    .where((eb) => eb.or([eb('device', 'is', null), noneOf('device', held.devices)]))
    .where('id', '>', place === null ? '' : (JSON.parse(place) as string))
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await tx
      .updateTable('pauses')
      .set({ reason: ERASED_TEXT, begun_by: ERASED_TEXT })
      .set((eb) => ({
        ended_by: eb.case().when('ended_by', 'is', null).then(null).else(ERASED_TEXT).end(),
        end_reason: eb.case().when('end_reason', 'is', null).then(null).else(ERASED_TEXT).end(),
      }))
      .where('organisation', '=', organisation)
      .where('id', 'in', ids)
      .execute();
  return stepOf({ erased: ids.length, looked: rows.length, atOnce: AT_ONCE, next: rows.at(-1)?.id });
}
