import type { Tx } from '../db/database.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Whether anybody was told of an event, such as the digest of a day. */
export async function wasTold(tx: Tx, organisation: string, event: string): Promise<boolean> {
  const row = await tx
    .selectFrom('notices')
    .select('id')
    .where('organisation', '=', organisation)
    .where('event', '=', event)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface Undelivered {
  readonly channel: string;
  readonly count: number;
  /** Of the latest of them. */
  readonly error: string | null;
}

/** What has failed for good in the last week, or has been tried without success for an hour, by channel. */
export async function undelivered(tx: Tx, organisation: string, now: number): Promise<Undelivered[]> {
  const rows = await tx
    .selectFrom('notices as notice')
    .select(['notice.channel', 'notice.last_error'])
    .where('notice.organisation', '=', organisation)
    .where('notice.status', 'in', ['waiting', 'failed'])
    .where('notice.created_at', '>', now - WEEK_MS)
    .where((row) =>
      row.or([
        row('notice.status', '=', 'failed'),
        row.and([row('notice.attempts', '>', 0), row('notice.created_at', '<=', now - HOUR_MS)]),
      ]),
    )
    // What another delivery stands in for is not lost.
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('notices as other')
            .select('other.id')
            .whereRef('other.organisation', '=', 'notice.organisation')
            .whereRef('other.instead_of', '=', 'notice.id'),
        ),
      ),
    )
    .orderBy('notice.channel')
    .orderBy('notice.id')
    .execute();
  return [...Map.groupBy(rows, ({ channel }) => channel)].map(([channel, of]) => ({
    channel,
    count: of.length,
    error: of.at(-1)?.last_error ?? null,
  }));
}
