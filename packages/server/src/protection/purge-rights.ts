import type { Tx } from '../db/database.ts';
import { keptSince } from '../organisation/retention.ts';
import { isNamed } from './names.ts';
import { type Step, stepOf } from './phase.ts';
import type { PurgeContext } from './purge-findings.ts';
import { ERASED_TEXT } from './purge-others.ts';

const AT_ONCE = 200;

/** Of requests that were answered long ago what was said and by whom; their kind, their days and their outcome stay. */
export async function purgeRights(tx: Tx, context: PurgeContext, place: string | null): Promise<Step> {
  const { organisation, now, retention, held } = context;
  const rows = await tx
    .selectFrom('rights_requests')
    .select(['id', 'asked_by', 'breach', 'device'])
    .where('organisation', '=', organisation)
    .where('answered_at', '<', keptSince(now, retention.breaches))
    .where('words', '<>', ERASED_TEXT)
    .where('id', '>', place === null ? '' : (JSON.parse(place) as string))
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();
  const ids = rows
    .filter(({ asked_by: by }) => !held.names.some((names) => isNamed(names, by)))
    .filter(({ breach, device }) => !held.breaches.includes(breach ?? '') && !held.devices.includes(device ?? ''))
    .map(({ id }) => id);
  if (ids.length > 0)
    await tx
      .updateTable('rights_requests')
      .set({ words: ERASED_TEXT, answer: null, note: null, asked_by: ERASED_TEXT, account: null })
      .set({ acknowledged_by: null, answered_by: null })
      .where('organisation', '=', organisation)
      .where('id', 'in', ids)
      .execute();
  return stepOf({ erased: ids.length, looked: rows.length, atOnce: AT_ONCE, next: rows.at(-1)?.id });
}
