import type { Db, Tx } from '../db/database.ts';

/** A span in which a server was there to be called, both ends in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Beats come every quarter of an hour; one that is later than this follows on a time in which nobody was there. */
export const AWAY_AFTER_MS = 45 * 60_000;

/** The server is there: the span that lasts until now goes on, or another begins. */
export async function beat(tx: Tx, now: number): Promise<void> {
  const last = await tx.selectFrom('uptime').selectAll().orderBy('began_at', 'desc').limit(1).executeTakeFirst();
  // A clock that was put back changes nothing until it has caught up.
  if (last !== undefined && now <= last.last_beat_at) return;
  if (last !== undefined && now - last.last_beat_at <= AWAY_AFTER_MS) {
    await tx.updateTable('uptime').set({ last_beat_at: now }).where('began_at', '=', last.began_at).execute();
    return;
  }
  await tx
    .insertInto('uptime')
    .values({ began_at: now, last_beat_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The spans, oldest first and none over another; the last one lasts until now where its last beat is not long ago. */
export async function readUptime(db: Db | Tx, now: number): Promise<Span[]> {
  const rows = await db.selectFrom('uptime').selectAll().orderBy('began_at').execute();
  const spans: Span[] = [];
  for (const { began_at, last_beat_at } of rows) {
    // Two servers that come back at once may each begin one.
    const from = Math.max(began_at, spans.at(-1)?.to ?? 0);
    const isNow = began_at === rows.at(-1)?.began_at && now - last_beat_at <= AWAY_AFTER_MS;
    spans.push({ from, to: Math.max(from, last_beat_at, isNow ? now : 0) });
  }
  return spans;
}

/** Milliseconds of the spans that lie between two moments. */
export const countedIn =
  (spans: readonly Span[]) =>
  (from: number, to: number): number =>
    spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
