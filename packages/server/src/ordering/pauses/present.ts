import { iso, isoOrNull } from '@beadle/shared';
import type { PauseScope } from '../../orders/pauses/pauses.ts';
import type { PauseAnswer } from './schema.ts';
import type { ListedPause } from './store.ts';

function standingOf({ ended_at: ended, until }: ListedPause, now: number): PauseAnswer['standing'] {
  if (ended !== null) return 'ended';
  return until > now ? 'in-force' : 'over';
}

export const presentPause = (row: ListedPause, now: number): PauseAnswer => ({
  id: row.id,
  scope: row.scope as PauseScope,
  name: row.asset_tag ?? row.group_name,
  since: iso(row.since),
  until: iso(row.until),
  standing: standingOf(row, now),
  reason: row.reason,
  begunBy: row.begun_by,
  endedAt: isoOrNull(row.ended_at),
  endedBy: row.ended_by,
  endReason: row.end_reason,
});
